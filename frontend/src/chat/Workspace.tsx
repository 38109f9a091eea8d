import { useCallback, useEffect, useRef, useState, useSyncExternalStore, type RefObject } from 'react';
import { Starter } from '../client/starter';
import { useI18n, type Locale } from '../i18n';
import { Icon } from '../ui/Icon';
import { Aliases } from './Aliases';
import { Conversation } from './Conversation';
import { Import, useDrop } from './imports/Import';
import { ImportContext } from './imports/useImport';
import { NewConversation } from './NewConversation';
import { Orders } from './orders/Orders';
import { OrdersContext } from './orders/useOrders';
import { go, sessionIn, useRoute } from './route';
import { SessionList } from './SessionList';
import { useServices } from './services';
import { useSessions } from './useSessions';
import { whenBack } from './useSession';

export function Workspace({ onLocale }: { onLocale(locale: Locale): void }) {
  const { t } = useI18n();
  const current = useRoute();
  const sessions = useSessions();
  const [drawer, setDrawer] = useState(false);
  const [orders, setOrders] = useState<{ first: string | null } | null>(null);
  const openOrders = useCallback((number?: string) => setOrders({ first: number ?? null }), []);
  const [importing, setImporting] = useState<readonly File[] | null>(null);
  const drop = useDrop(setImporting);
  const mayImport = useServices().me.role !== 'viewer';
  const { reload, tell } = sessions;
  const changed = useCallback(() => {
    reload();
    tell();
  }, [reload, tell]);
  const starter = useStarter(changed);
  const running = useRunning(reload);
  const open = (id: number | null) => {
    setDrawer(false);
    go(id);
  };
  const loaded = (id: number) => {
    setImporting(null);
    changed();
    if (id !== current) go(id);
  };
  const title = sessions.items.find((item) => item.id === current)?.preview;
  const side = useDrawer(drawer, setDrawer);
  return (
    <OrdersContext value={openOrders}>
    <ImportContext value={mayImport ? setImporting : null}>
    <div className={drawer ? 'workspace drawer-open' : 'workspace'}>
      <a className="skip" href="#main">{t('app.skip')}</a>
      <aside className="side" ref={side}>
        <div className="brand">
          <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width="28" height="28" />
          <span><strong>{t('app.name')}</strong><small>{t('app.tagline')}</small></span>
          <button type="button" className="icon-button menu push" aria-label={t('list.close')} onClick={() => setDrawer(false)}><Icon name="close" /></button>
        </div>
        <button type="button" className="button new" onClick={() => open(null)}><Icon name="plus" /> {t('list.new')}</button>
        <button type="button" className="text-button orders-button" onClick={() => openOrders()}>{t('orders.open')}</button>
        <SessionList sessions={sessions} running={running} current={current} onOpen={open} />
        <Footer onLocale={onLocale} />
      </aside>
      <button type="button" className="backdrop" aria-label={t('list.close')} tabIndex={-1} onClick={() => setDrawer(false)} />
      <main id="main" inert={drawer} className={drop.over && mayImport ? 'over' : ''} data-drop={t('import.dropHere')} {...(mayImport ? drop.on : {})}>
        {current === null ? (
          <NewConversation starter={starter} onMenu={() => setDrawer(true)} />
        ) : (
          <Conversation key={current} sessionId={current} title={title ?? ''} onMenu={() => setDrawer(true)} onChanged={changed} />
        )}
      </main>
      {orders ? <Orders first={orders.first} onClose={() => setOrders(null)} /> : null}
      {importing ? <Import first={importing} sessionId={current} onLoaded={loaded} onClose={() => setImporting(null)} /> : null}
    </div>
    </ImportContext>
    </OrdersContext>
  );
}

/** What runs out of sight; when some of it ends, the list is read again and shows it as new. */
function useRunning(reload: () => void): readonly number[] {
  const { links } = useServices();
  const running = useSyncExternalStore(links.subscribe, links.running);
  useEffect(() => {
    links.sendLeftBehind();
    const stop = whenBack(() => links.wake(), () => links.doubt());
    return () => {
      stop();
      links.stop();
    };
  }, [links]);
  useEffect(reload, [reload, running]);
  return running;
}

/** On a phone the list is a drawer: focus goes into it, Escape closes it and gives focus back. */
function useDrawer(open: boolean, setOpen: (open: boolean) => void): RefObject<HTMLElement | null> {
  const side = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const before = document.activeElement;
    side.current?.querySelector<HTMLElement>('.menu')?.focus();
    const escape = (event: KeyboardEvent) => event.key === 'Escape' && setOpen(false);
    document.addEventListener('keydown', escape);
    return () => {
      document.removeEventListener('keydown', escape);
      if (before instanceof HTMLElement) window.setTimeout(() => before.focus(), 0); // once main is no longer inert
    };
  }, [open, setOpen]);
  return side;
}

/** Creates the session of a first question, wherever the buyer is by then. */
function useStarter(onCreated: () => void): Starter {
  const { api, outside, outbox, tab } = useServices();
  const [starter] = useState(() => new Starter({ ...outside, createSession: () => api.createSession() }, outbox, tab));
  useEffect(() => {
    starter.start((id) => {
      onCreated();
      if (sessionIn(location.pathname) === null) go(id, true);
      else if (sessionIn(location.pathname) !== id) outbox.setOpening(tab, null);
    });
    const stop = whenBack(() => starter.wake());
    return () => {
      stop();
      starter.stop();
    };
  }, [starter, onCreated, outbox, tab]);
  return starter;
}

function Footer({ onLocale }: { onLocale(locale: Locale): void }) {
  const { t, locale } = useI18n();
  const { me, api, outbox, onLogin } = useServices();
  const [aliases, setAliases] = useState(false);
  const leave = async () => {
    const called = await api.logout();
    if (!called.ok && called.status !== 401) return;
    outbox.forgetUser();
    onLogin();
  };
  return (
    <footer className="side-foot">
      <span className="user" title={me.name}>{me.name}</span>
      <button type="button" className="text-button" onClick={() => setAliases(true)}>{t('alias.open')}</button>
      {aliases ? <Aliases onClose={() => setAliases(false)} /> : null}
      <button type="button" className="text-button" aria-label={t('locale.label')} lang={locale === 'en' ? 'pt-BR' : 'en'} onClick={() => onLocale(locale === 'en' ? 'pt-BR' : 'en')}>
        {t('locale.switch')}
      </button>
      <button type="button" className="icon-button" aria-label={t('login.logout')} title={t('login.logout')} onClick={() => void leave()}><Icon name="out" /></button>
    </footer>
  );
}
