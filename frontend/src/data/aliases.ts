// The company's own words for its products, as the server lists them.

import { isObject } from '../client/wire';

export interface Alias {
  id: number;
  text: string;
  sku: string;
  name: string;
  source: string;
  user: string | null;
  criado_em: string;
  shared: boolean; // the same words mean another product as well: they are asked about
}

export function decodeAlias(value: unknown): Alias | null {
  if (!isObject(value)) return null;
  const { id, text, sku, name, source, user, criado_em, shared } = value;
  if (typeof id !== 'number' || typeof text !== 'string' || typeof sku !== 'string') return null;
  return {
    id,
    text,
    sku,
    name: typeof name === 'string' ? name : '',
    source: typeof source === 'string' ? source : '',
    user: typeof user === 'string' ? user : null,
    criado_em: typeof criado_em === 'string' ? criado_em : '',
    shared: shared === true,
  };
}

/** The words by which a reply took its product, if they were an alias. */
export function aliasOf(metadata: Record<string, unknown> | null): { text: string; sku: string } | null {
  const value = metadata?.alias;
  return isObject(value) && typeof value.text === 'string' && typeof value.sku === 'string' ? { text: value.text, sku: value.sku } : null;
}
