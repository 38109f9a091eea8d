import type { ReactNode } from 'react';
import { useI18n } from '../i18n';
import { Icon } from '../ui/Icon';

export function Header({ title, onMenu, children }: { title: string; onMenu(): void; children?: ReactNode }) {
  const { t } = useI18n();
  return (
    <header className="top">
      <button type="button" className="icon-button menu" aria-label={t('list.open')} onClick={onMenu}><Icon name="menu" /></button>
      <h1 title={title}>{title}</h1>
      {children}
    </header>
  );
}
