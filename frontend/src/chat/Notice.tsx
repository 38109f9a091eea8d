import { useI18n } from '../i18n';
import { Icon } from '../ui/Icon';

export function Notice({ text, onClose }: { text: string; onClose(): void }) {
  const { t } = useI18n();
  return (
    <div className="notice" role="alert">
      <span>{text}</span>
      <button type="button" className="icon-button" aria-label={t('notice.close')} onClick={onClose}><Icon name="close" /></button>
    </div>
  );
}

/** The login ended; what was typed waits in the browser for the next one. */
export function LoginAgain({ onLogin }: { onLogin(): void }) {
  const { t } = useI18n();
  return (
    <div className="notice" role="alert">
      <span>{t('link.login.text')}</span>
      <button type="button" className="button" onClick={onLogin}>{t('link.login.again')}</button>
    </div>
  );
}
