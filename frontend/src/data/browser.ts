// The real outside: WebSocket, timers, randomness and localStorage of the browser.

import type { Clock, KeyValues, Outside, SocketHandlers } from '../client/ports';
import { SUBPROTOCOL } from '../client/wire';
import type { Api } from './http';

export const browserClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const id = window.setTimeout(run, ms);
    return () => window.clearTimeout(id);
  },
};

/** A random UUID; crypto.randomUUID exists only on https and localhost, reposto also runs on plain local networks. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function browserOutside(api: Api): Outside {
  return {
    connect,
    fetchMessages: (id, after) => api.messages(id, after),
    postQuestion: (id, clientId, content) => api.ask(id, clientId, content),
    cancelJob: (id, jobId) => api.cancelJob(id, jobId),
    clock: browserClock,
    newId,
    random: Math.random,
    online: () => navigator.onLine,
  };
}

function connect(sessionId: number, after: number, epoch: string | null, handlers: SocketHandlers) {
  const query = new URLSearchParams({ after: String(after) });
  if (epoch !== null) query.set('epoch', epoch);
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${location.host}/api/chat/ws/${sessionId}?${query.toString()}`, SUBPROTOCOL);
  socket.onopen = () => handlers.onOpen();
  socket.onmessage = (event: MessageEvent<unknown>) => handlers.onText(event.data);
  socket.onclose = (event) => handlers.onClose(event.code, event.reason);
  return {
    send(text: string) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(),
  };
}

/** localStorage; when it is forbidden or full, what this tab wrote lasts as long as the tab. */
export function browserStore(): KeyValues {
  const memory = new Map<string, string>();
  const attempt = <T>(run: () => T, otherwise: T): T => {
    try {
      return run();
    } catch {
      return otherwise;
    }
  };
  return {
    keys: () => [...new Set([...attempt(() => Object.keys(localStorage), []), ...memory.keys()])],
    get: (key) => memory.get(key) ?? attempt(() => localStorage.getItem(key), null),
    set(key, value) {
      const stored = attempt(() => (localStorage.setItem(key, value), true), false);
      if (stored) memory.delete(key);
      else memory.set(key, value);
    },
    remove(key) {
      memory.delete(key);
      attempt(() => localStorage.removeItem(key), undefined);
    },
  };
}
