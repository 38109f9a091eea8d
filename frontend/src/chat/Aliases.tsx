import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import type { Message } from '../client/wire';
import { aliasOf, type Alias } from '../data/aliases';
import { useI18n } from '../i18n';
import { Icon } from '../ui/Icon';
import { Moment } from '../ui/Moment';
import { problemText, useServices } from './services';

/** The company's own words: seen, searched and taken back. */
export function Aliases({ onClose }: { onClose(): void }) {
  const { t } = useI18n();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [sought, setSought] = useState('');
  const { items, error, forget } = useAliases();
  useLayoutEffect(() => {
    const held = dialog.current;
    if (held && !held.open) held.showModal();
    return () => held?.close();
  }, []);
  const wanted = sought.trim().toLocaleLowerCase();
  const shown = (items ?? []).filter((item) => `${item.text} ${item.sku} ${item.name}`.toLocaleLowerCase().includes(wanted));
  return (
    <dialog ref={dialog} className="dialog aliases" aria-labelledby={titleId} onCancel={onClose}>
      <h2 id={titleId}>{t('alias.title')}</h2>
      <div className="dialog-body">
        <p className="muted">{t('alias.about')}</p>
        {items && items.length > 8 ? (
          <input type="search" value={sought} aria-label={t('alias.search')} placeholder={t('alias.search')} onChange={(event) => setSought(event.target.value)} />
        ) : null}
        {error ? <p className="error-text" role="alert">{error}</p> : null}
        {items?.length === 0 ? <p>{t('alias.none')}</p> : null}
        <ul className="alias-list">
          {shown.map((item) => <Row key={item.id} item={item} onForget={() => void forget(item)} />)}
        </ul>
      </div>
      <div className="dialog-actions"><button type="button" className="button" onClick={onClose}>{t('alias.close')}</button></div>
    </dialog>
  );
}

function Row({ item, onForget }: { item: Alias; onForget(): void }) {
  const { t, maybe } = useI18n();
  const label = t('alias.forget', { text: item.text });
  return (
    <li data-alias={item.id}>
      <span>
        <strong>“{item.text}”</strong> → {item.name || item.sku} <span className="sku">{item.sku}</span>
        <span className="muted small alias-note">
          {maybe(`alias.source.${item.source}`) ?? item.source}{item.user ? ` · ${item.user}` : ''} · <Moment iso={item.criado_em} />
          {item.shared ? ` · ${t('alias.shared')}` : ''}
        </span>
      </span>
      <button type="button" className="icon-button" aria-label={label} title={label} onClick={onForget}><Icon name="trash" /></button>
    </li>
  );
}

function useAliases() {
  const { t } = useI18n();
  const { api } = useServices();
  const [items, setItems] = useState<readonly Alias[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    void api.aliases().then((called) => {
      if (!current) return;
      if (called.ok) setItems(called.value);
      else setError(problemText(t, called));
    });
    return () => {
      current = false;
    };
  }, [api, t]);
  const forget = useCallback(
    async (item: Alias) => {
      const called = await api.forgetAlias(item.id);
      if (called.ok || called.status === 404) setItems((held) => held?.filter((other) => other.id !== item.id) ?? null);
      else setError(problemText(t, called));
    },
    [api, t],
  );
  return { items, error, forget };
}

/** Under a reply: the product was meant by words that the company uses for it, and here they are taken back. */
export function AliasNote({ message }: { message: Message }) {
  const { t } = useI18n();
  const { api } = useServices();
  const alias = aliasOf(message.metadata);
  const [note, setNote] = useState<string | null>(null);
  if (!alias) return null;
  const forget = async () => {
    const known = await api.aliases();
    const held = known.ok ? known.value.find((item) => item.text === alias.text && item.sku === alias.sku) : undefined;
    const called = held ? await api.forgetAlias(held.id) : known;
    setNote(called.ok ? t('alias.forgotten') : problemText(t, called));
  };
  return (
    <p className="muted small alias-used">
      {t('alias.used', { text: alias.text, sku: alias.sku })}{' '}
      {note ?? <button type="button" className="text-button" onClick={() => void forget()}>{t('alias.undo')}</button>}
    </p>
  );
}
