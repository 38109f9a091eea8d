import { useEffect, useState, useSyncExternalStore } from 'react';
import type { SessionLink, View } from '../client/driver';
import { isAnnounced } from '../client/turns';
import { useServices } from './services';

/** One connected conversation; the component that uses it is keyed by the session. */
export function useSession(sessionId: number): [View, SessionLink] {
  const { links } = useServices();
  const [link] = useState(() => links.get(sessionId));
  const view = useSyncExternalStore(link.subscribe, link.snapshot);
  useEffect(() => {
    links.enter(sessionId);
    return () => links.leave(sessionId);
  }, [links, sessionId]);
  return [view, link];
}

/** The moments at which waiting for a timer would be silly. */
export function whenBack(back: () => void, gone?: () => void): () => void {
  const visible = () => document.visibilityState === 'visible' && back();
  const lost = () => gone?.();
  window.addEventListener('online', back);
  window.addEventListener('pageshow', visible);
  document.addEventListener('visibilitychange', visible);
  window.addEventListener('offline', lost);
  return () => {
    window.removeEventListener('online', back);
    window.removeEventListener('pageshow', visible);
    document.removeEventListener('visibilitychange', visible);
    window.removeEventListener('offline', lost);
  };
}

/** Answers that arrived while the tab was hidden are counted in its title. */
export function useTitle(view: View): void {
  const { messages, liveFrom } = view.state;
  const [seen, setSeen] = useState(0);
  const lastSeq = view.state.lastSeq;
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && setSeen(lastSeq);
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [lastSeq]);
  const from = Math.max(seen, liveFrom ?? Infinity);
  const unseen = messages.filter((message) => message.seq > from && isAnnounced(message)).length;
  useEffect(() => {
    document.title = unseen > 0 ? `(${unseen}) reposto` : 'reposto';
    return () => {
      document.title = 'reposto';
    };
  }, [unseen]);
}
