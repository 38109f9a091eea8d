import { useCallback, useEffect, useRef, useState } from 'react';
import type { SessionSummary } from '../data/http';
import { useServices } from './services';

const PAGE = 30;
const CHANNEL = 'reposto:sessions';

export interface Sessions {
  items: readonly SessionSummary[];
  more: boolean;
  failed: boolean;
  loading: boolean;
  older(): void;
  reload(): void;
  remove(id: number): Promise<string | number | null>; // null = done; otherwise the reason
  tell(): void; // other tabs of this browser read the list again
}

/** The list is read again when something changes here, in another tab of this browser, or when the tab is looked at. */
export function useSessions(): Sessions {
  const { api, outbox } = useServices();
  const [items, setItems] = useState<readonly SessionSummary[]>([]);
  const [more, setMore] = useState(false);
  const [failed, setFailed] = useState(false);
  const [loading, setLoading] = useState(true);
  const channel = useRef<BroadcastChannel | null>(null);

  const reload = useCallback(() => {
    void api.sessions(PAGE).then((called) => {
      setLoading(false);
      setFailed(!called.ok);
      if (!called.ok) return;
      setItems((held) => mergeNewest(held, called.value, called.value.length < PAGE));
      setMore((held) => held || called.value.length === PAGE);
    });
  }, [api]);

  const older = useCallback(() => {
    const last = items.at(-1);
    if (!last) return;
    void api.sessions(PAGE, last.id).then((called) => {
      setFailed(!called.ok);
      if (!called.ok) return;
      setMore(called.value.length === PAGE);
      setItems((held) => [...held, ...called.value.filter((item) => !held.some((other) => other.id === item.id))]);
    });
  }, [api, items]);

  const tell = useCallback(() => channel.current?.postMessage('changed'), []);

  const remove = useCallback(async (id: number) => {
    const called = await api.deleteSession(id);
    if (!called.ok && called.status !== 404) return called.detail || called.status;
    outbox.forgetSession(id);
    setItems((held) => held.filter((item) => item.id !== id));
    tell();
    return null;
  }, [api, outbox, tell]);

  useEffect(() => {
    reload();
    const visible = () => document.visibilityState === 'visible' && reload();
    document.addEventListener('visibilitychange', visible);
    window.addEventListener('online', reload);
    const opened = 'BroadcastChannel' in window ? new BroadcastChannel(CHANNEL) : null;
    if (opened) opened.onmessage = reload;
    channel.current = opened;
    return () => {
      document.removeEventListener('visibilitychange', visible);
      window.removeEventListener('online', reload);
      opened?.close();
    };
  }, [reload]);

  return { items, more, failed, loading, older, reload, remove, tell };
}

/** A fresh first page replaces what it covers; what was loaded below it stays. */
export function mergeNewest(held: readonly SessionSummary[], page: readonly SessionSummary[], whole: boolean): SessionSummary[] {
  const oldest = page.at(-1);
  if (whole || !oldest) return [...page];
  return [...page, ...held.filter((item) => item.id < oldest.id)];
}
