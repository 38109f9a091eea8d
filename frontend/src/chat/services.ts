import { createContext, useContext } from 'react';
import { Links } from '../client/links';
import { Outbox } from '../client/outbox';
import type { CallFailed, KeyValues, Outside } from '../client/ports';
import { browserOutside, browserStore, newId } from '../data/browser';
import type { Api, Me } from '../data/http';
import type { I18n } from '../i18n';

/** What the parts of the page share once the user is known. */
export interface Services {
  api: Api;
  me: Me;
  outside: Outside;
  outbox: Outbox;
  store: KeyValues;
  links: Links;
  tab: string;
  onLogin(): void;
}

export function makeServices(api: Api, me: Me, onLogin: () => void): Services {
  const store = browserStore();
  const outside = browserOutside(api);
  const outbox = new Outbox(store, me.name);
  return { api, me, store, outside, outbox, links: new Links(outside, outbox), tab: tabId(), onLogin };
}

/** Names this tab and survives its reload. */
function tabId(): string {
  try {
    const held = sessionStorage.getItem('reposto:tab') ?? newId();
    sessionStorage.setItem('reposto:tab', held);
    return held;
  } catch {
    return newId();
  }
}

const Context = createContext<Services | null>(null);
export const ServicesProvider = Context.Provider;

export function useServices(): Services {
  const services = useContext(Context);
  if (!services) throw new Error('no services');
  return services;
}

export function problemText(t: I18n['t'], failed: Pick<CallFailed, 'status' | 'detail'>): string {
  if (failed.detail) return failed.detail;
  return failed.status === 0 ? t('error.network') : t('error.generic', { status: failed.status });
}
