import { createContext, useCallback, useContext, useEffect, useState } from 'react';
import type { Book } from '../../data/orders';
import { useI18n } from '../../i18n';
import { problemText, useServices } from '../services';

/** Opens the orders from anywhere on the page, at one of them if it is named. */
export const OrdersContext = createContext<(number?: string) => void>(() => undefined);
export const useOpenOrders = () => useContext(OrdersContext);

/** The orders, read again whenever their log says that one changed: here, in another tab, on another device. */
export function useOrders() {
  const { t } = useI18n();
  const { api, links } = useServices();
  const [book, setBook] = useState<Book | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [connected, setConnected] = useState(true);
  const load = useCallback(() => {
    void api.orders().then((called) => {
      setError(called.ok ? null : problemText(t, called));
      // an answer that was slow on its way must not take the place of a newer one
      if (called.ok) setBook((held) => (held && held.last_seq > called.value.last_seq ? held : called.value));
    });
  }, [api, t]);
  useEffect(load, [load]);
  const log = book?.log ?? null;
  const [from, setFrom] = useState<number | null>(null);
  if (from === null && book) setFrom(book.last_seq);
  useEffect(() => {
    if (log === null || from === null) return undefined;
    const link = links.get(log, from);
    let seen = from;
    const stop = link.subscribe(() => {
      const { state, link: line } = link.snapshot();
      setConnected(line.kind === 'connected' || line.kind === 'connecting' || line.kind === 'polling');
      if (state.lastSeq === seen) return;
      seen = state.lastSeq;
      load();
    });
    links.enter(log);
    return () => {
      stop();
      links.leave(log);
    };
  }, [log, from, links, load]);
  return { book, error, connected, load };
}
