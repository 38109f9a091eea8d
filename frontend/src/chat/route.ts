import { useEffect, useState } from 'react';

const SESSION = /^\/agents\/(\d{1,15})\/?$/;
const MOVED = 'reposto:moved';

export function sessionIn(path: string): number | null {
  const found = SESSION.exec(path);
  return found ? Number(found[1]) : null;
}

export const pathOf = (session: number | null): string => (session === null ? '/agents' : `/agents/${session}`);

export function go(session: number | null, replace = false): void {
  if (location.pathname !== pathOf(session)) {
    if (replace) history.replaceState(null, '', pathOf(session));
    else history.pushState(null, '', pathOf(session));
  }
  window.dispatchEvent(new Event(MOVED));
}

/** The session of the address, or null for a new conversation. */
export function useRoute(): number | null {
  const [session, setSession] = useState(() => sessionIn(location.pathname));
  useEffect(() => {
    const read = () => setSession(sessionIn(location.pathname));
    window.addEventListener('popstate', read);
    window.addEventListener(MOVED, read);
    return () => {
      window.removeEventListener('popstate', read);
      window.removeEventListener(MOVED, read);
    };
  }, []);
  return session;
}
