// The language of the page and of the answers: the user's, kept by the server, the same on every device. What could not
// be saved yet waits in this browser; what was shown last also greets him before he has logged in.

import type { Called, KeyValues } from './ports';

export type Locale = 'pt-BR' | 'en';
export const asLocale = (text: string): Locale => (text.startsWith('en') ? 'en' : 'pt-BR');

export const SHOWN = 'reposto:locale';
const unsavedKey = (user: string) => `reposto:${encodeURIComponent(user)}:locale`; // among what logging out forgets

export interface LanguageOutside {
  store: KeyValues;
  save(locale: Locale): Promise<Called<unknown>>;
}

export class Language {
  private readonly listeners = new Set<() => void>();
  private shown: Locale;
  private user: string | null = null;
  private saving = false;

  constructor(private readonly outside: LanguageOutside) {
    this.shown = asLocale(outside.store.get(SHOWN) ?? 'pt-BR');
  }

  snapshot = (): Locale => this.shown;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Somebody is logged in: his language, unless he chose another that isn't saved yet. */
  enter(user: string, theirs: string): void {
    this.user = user;
    const unsaved = this.unsaved();
    this.show(unsaved ?? asLocale(theirs));
    if (unsaved !== null) void this.save();
  }

  choose(locale: Locale): void {
    this.show(locale);
    if (this.user === null) return;
    this.outside.store.set(unsavedKey(this.user), locale);
    void this.save();
  }

  /** Another tab of this browser chose. */
  follow(locale: string | null): void {
    if (locale !== null && asLocale(locale) !== this.shown) this.tell(asLocale(locale));
  }

  /** The network is back. */
  wake(): void {
    void this.save();
  }

  /** One call at a time, and again as long as another choice was made meanwhile: the last one stays. */
  private async save(): Promise<void> {
    if (this.saving) return;
    this.saving = true;
    for (let wanted = this.unsaved(); wanted !== null; wanted = this.unsaved()) {
      const called = await this.outside.save(wanted);
      if (!called.ok && called.status !== 422) break; // kept for the next page or network; 422: never to be taken
      if (this.user !== null && this.unsaved() === wanted) this.outside.store.remove(unsavedKey(this.user));
    }
    this.saving = false;
  }

  private unsaved(): Locale | null {
    const held = this.user === null ? null : this.outside.store.get(unsavedKey(this.user));
    return held === null ? null : asLocale(held);
  }

  private show(locale: Locale): void {
    this.outside.store.set(SHOWN, locale);
    if (locale !== this.shown) this.tell(locale);
  }

  private tell(locale: Locale): void {
    this.shown = locale;
    for (const listener of [...this.listeners]) listener();
  }
}
