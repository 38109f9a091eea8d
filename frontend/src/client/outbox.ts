// What was typed and isn't saved on the server yet: drafts and questions, per user and session, in the browser.
// One key per question: two tabs that write at the same time can't erase each other's.

import type { KeyValues } from './ports';
import type { Pending } from './state';
import { isObject } from './wire';

export const NEW_SESSION = 'new';
export type Place = number | typeof NEW_SESSION;

export class Outbox {
  private readonly prefix: string;

  constructor(
    private readonly store: KeyValues,
    user: string,
  ) {
    this.prefix = `reposto:${encodeURIComponent(user)}:`;
  }

  draft(place: Place): string {
    return this.store.get(`${this.prefix}draft:${place}`) ?? '';
  }

  keepDraft(place: Place, text: string): void {
    const key = `${this.prefix}draft:${place}`;
    if (text) this.store.set(key, text);
    else this.store.remove(key);
  }

  add(place: Place, item: Pending): void {
    this.store.set(this.key(place, item.clientId), JSON.stringify({ content: item.content, at: item.at }));
  }

  remove(place: Place, clientId: string): void {
    this.store.remove(this.key(place, clientId));
  }

  /** Oldest first. */
  list(place: Place): Pending[] {
    const prefix = this.key(place, '');
    const items = this.store.keys().flatMap((key) => {
      const item = key.startsWith(prefix) ? decode(key.slice(prefix.length), this.store.get(key)) : null;
      return item ? [item] : [];
    });
    return items.sort((a, b) => a.at - b.at);
  }

  /** The question of a new chat moves to the session that was created for it: written there before it goes here. */
  move(item: Pending, sessionId: number): void {
    this.add(sessionId, item);
    this.remove(NEW_SESSION, item.clientId);
  }

  /** Whether this tab may act for the questions of a place until `now + ms`; another tab's claim must have run out. */
  claim(place: Place, tab: string, now: number, ms: number): boolean {
    const key = `${this.prefix}claim:${place}`;
    const [owner, until] = (this.store.get(key) ?? '').split('|');
    if (owner && owner !== tab && Number(until) > now) return false;
    this.store.set(key, `${tab}|${now + ms}`);
    return this.store.get(key) === `${tab}|${now + ms}`;
  }

  release(place: Place, tab: string): void {
    const key = `${this.prefix}claim:${place}`;
    if (this.store.get(key)?.startsWith(`${tab}|`)) this.store.remove(key);
  }

  /** The session that was created for this tab's new chat, until it has been shown: a reload in between must not lose it. */
  opening(tab: string): number | null {
    const text = this.store.get(`${this.prefix}opening:${tab}`);
    return text === null ? null : Number(text);
  }

  setOpening(tab: string, sessionId: number | null): void {
    const key = `${this.prefix}opening:${tab}`;
    if (sessionId === null) this.store.remove(key);
    else this.store.set(key, String(sessionId));
  }

  /** Sessions in which a question waits to be sent. */
  waiting(): number[] {
    const prefix = `${this.prefix}out:`;
    const places = this.store.keys().flatMap((key) => (key.startsWith(prefix) ? [Number(key.slice(prefix.length).split(':')[0])] : []));
    return [...new Set(places.filter(Number.isSafeInteger))];
  }

  /** Which seq of a session this user has looked at, for the dot of the list. */
  seen(sessionId: number): number | null {
    const text = this.store.get(`${this.prefix}seen:${sessionId}`);
    return text === null ? null : Number(text);
  }

  markSeen(sessionId: number, seq: number): void {
    if ((this.seen(sessionId) ?? -1) < seq) this.store.set(`${this.prefix}seen:${sessionId}`, String(seq));
  }

  forgetSession(sessionId: number): void {
    for (const item of this.list(sessionId)) this.remove(sessionId, item.clientId);
    this.store.remove(`${this.prefix}draft:${sessionId}`);
    this.store.remove(`${this.prefix}seen:${sessionId}`);
  }

  /** At logout: nothing of this user stays in the browser. */
  forgetUser(): void {
    for (const key of this.store.keys()) if (key.startsWith(this.prefix)) this.store.remove(key);
  }

  private key(place: Place, clientId: string): string {
    return `${this.prefix}out:${place}:${clientId}`;
  }
}

function decode(clientId: string, text: string | null): Pending | null {
  if (text === null || !clientId) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || typeof value.content !== 'string' || typeof value.at !== 'number') return null;
    return { clientId, content: value.content, at: value.at, refused: null };
  } catch {
    return null;
  }
}
