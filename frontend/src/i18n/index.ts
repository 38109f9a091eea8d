import { createContext, useContext } from 'react';
import type { Locale } from '../client/language';
import en from './en.json';
import { formatter, type Formatter } from './format';
import pt from './pt-BR.json';

export type Key = keyof typeof pt;
export type { Locale };
export type Params = Record<string, string | number>;

export interface I18n {
  locale: Locale;
  t(key: Key, params?: Params): string;
  /** The text of a key made at run time, or null when there is none. */
  maybe(key: string): string | null;
  f: Formatter;
}

const TEXTS: Record<Locale, Record<string, string>> = { 'pt-BR': pt, en };

export function makeI18n(locale: Locale): I18n {
  const texts = TEXTS[locale];
  const f = formatter(locale);
  return {
    locale,
    f,
    t: (key, params) => fill(texts[key] ?? key, params ?? {}),
    maybe: (key) => texts[key] ?? null,
  };
}

/** `{name}` is replaced; `{n|one|many}` chooses by the number `n`. */
function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return one !== undefined && many !== undefined ? (Number(value) === 1 ? one : many) : String(value);
  });
}

export const I18nContext = createContext<I18n>(makeI18n('pt-BR'));
export const useI18n = (): I18n => useContext(I18nContext);
