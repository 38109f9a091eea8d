import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { Language, SHOWN } from '../client/language';
import type { Called } from '../client/ports';
import { browserStore } from '../data/browser';
import { Api, type Me } from '../data/http';
import { I18nContext, makeI18n } from '../i18n';
import { Boundary } from '../ui/Boundary';
import { Login } from './Login';
import { makeServices, ServicesProvider, type Services } from './services';
import { whenBack } from './useSession';
import { Workspace } from './Workspace';

const RETRY_MS = 3_000;

type Phase = { kind: 'loading' } | { kind: 'unreachable' } | { kind: 'login' } | { kind: 'in'; services: Services };

export function App() {
  const [api] = useState(() => new Api());
  const [phase, setPhase] = useState<Phase>({ kind: 'loading' });
  const language = useLanguage(api);
  const locale = useSyncExternalStore(language.subscribe, language.snapshot);
  const i18n = useMemo(() => makeI18n(locale), [locale]);

  const arrive = useCallback((called: Called<Me>) => {
    if (called.ok) {
      if (location.pathname.startsWith('/login')) history.replaceState(null, '', '/agents');
      language.enter(called.value.name, called.value.locale);
      setPhase({ kind: 'in', services: makeServices(api, called.value, () => setPhase({ kind: 'login' })) });
    } else setPhase({ kind: called.status === 401 ? 'login' : 'unreachable' });
  }, [api, language]);
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

  const broken = <main className="centre"><p>{i18n.t('app.broken')}</p><button type="button" className="button" onClick={() => location.reload()}>{i18n.t('app.reload')}</button></main>;
  return (
    <I18nContext value={i18n}>
      <Boundary fallback={broken}>
        {phase.kind === 'in' ? (
          <ServicesProvider value={phase.services}><Workspace onLocale={(chosen) => language.choose(chosen)} /></ServicesProvider>
        ) : phase.kind === 'login' ? (
          <Login api={api} onDone={enter} />
        ) : (
          <main className="centre" role="status">{i18n.t(phase.kind === 'loading' ? 'app.loading' : 'app.unreachable')}</main>
        )}
      </Boundary>
    </I18nContext>
  );
}

/** One language in all tabs of this browser. */
function useLanguage(api: Api): Language {
  const [language] = useState(() => new Language({ store: browserStore(), save: (locale) => api.setLocale(locale) }));
  useEffect(() => {
    const follow = (event: StorageEvent) => event.key === SHOWN && language.follow(event.newValue);
    window.addEventListener('storage', follow);
    const stop = whenBack(() => language.wake());
    return () => {
      window.removeEventListener('storage', follow);
      stop();
    };
  }, [language]);
  return language;
}
