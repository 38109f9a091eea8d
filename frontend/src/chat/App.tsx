import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Called } from '../client/ports';
import { Api, type Me } from '../data/http';
import { asLocale, I18nContext, makeI18n, type Locale } from '../i18n';
import { Boundary } from '../ui/Boundary';
import { Login } from './Login';
import { makeServices, ServicesProvider, type Services } from './services';
import { Workspace } from './Workspace';

const LOCALE = 'reposto:locale';
const RETRY_MS = 3_000;

type Phase = { kind: 'loading' } | { kind: 'unreachable' } | { kind: 'login' } | { kind: 'in'; services: Services };

export function App() {
  const [api] = useState(() => new Api());
  const [phase, setPhase] = useState<Phase>({ kind: 'loading' });
  const [chosen, setChosen] = useState<Locale | null>(readLocale);
  const theirs = phase.kind === 'in' ? phase.services.me.locale : navigator.language;
  const i18n = useMemo(() => makeI18n(chosen ?? (theirs.startsWith('en') && phase.kind === 'in' ? 'en' : 'pt-BR')), [chosen, theirs, phase.kind]);

  const arrive = useCallback((called: Called<Me>) => {
    if (called.ok) {
      if (location.pathname.startsWith('/login')) history.replaceState(null, '', '/agents');
      setPhase({ kind: 'in', services: makeServices(api, called.value, () => setPhase({ kind: 'login' })) });
    } else setPhase({ kind: called.status === 401 ? 'login' : 'unreachable' });
  }, [api]);
  const enter = useCallback(() => void api.me().then(arrive), [api, arrive]);

  useEffect(() => {
    void api.me().then(arrive);
  }, [api, arrive]);
  useEffect(() => {
    if (phase.kind !== 'unreachable') return undefined;
    const id = window.setInterval(enter, RETRY_MS);
    return () => window.clearInterval(id);
  }, [phase.kind, enter]);
  useEffect(() => {
    document.documentElement.lang = i18n.locale;
  }, [i18n]);

  const choose = (locale: Locale) => {
    setChosen(locale);
    saveLocale(locale);
  };
  const broken = <main className="centre"><p>{i18n.t('app.broken')}</p><button type="button" className="button" onClick={() => location.reload()}>{i18n.t('app.reload')}</button></main>;
  return (
    <I18nContext value={i18n}>
      <Boundary fallback={broken}>
        {phase.kind === 'in' ? (
          <ServicesProvider value={phase.services}><Workspace onLocale={choose} /></ServicesProvider>
        ) : phase.kind === 'login' ? (
          <Login api={api} onDone={enter} />
        ) : (
          <main className="centre" role="status">{i18n.t(phase.kind === 'loading' ? 'app.loading' : 'app.unreachable')}</main>
        )}
      </Boundary>
    </I18nContext>
  );
}

function readLocale(): Locale | null {
  try {
    const held = localStorage.getItem(LOCALE);
    return held === null ? null : asLocale(held);
  } catch {
    return null;
  }
}

function saveLocale(locale: Locale): void {
  try {
    localStorage.setItem(LOCALE, locale);
  } catch {
    // the choice lasts as long as the page
  }
}
