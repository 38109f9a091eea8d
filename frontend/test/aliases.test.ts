import { describe, expect, it } from 'vitest';
import { aliasOf, decodeAlias } from '../src/data/aliases';

describe('an alias', () => {
  it('is read with what may be absent', () => {
    expect(decodeAlias({ id: 3, text: 'couro sint', sku: 'TEC-003' })).toEqual({
      id: 3, text: 'couro sint', sku: 'TEC-003', name: '', source: '', user: null, criado_em: '', shared: false,
    });
    for (const broken of [null, [], 'x', { id: '3', text: 'a', sku: 'b' }, { id: 3, text: 1, sku: 'b' }, { id: 3, text: 'a' }]) expect(decodeAlias(broken)).toBeNull();
  });

  it('is shown under a reply only when both parts are there', () => {
    expect(aliasOf({ alias: { text: 'couro', sku: 'T' } })).toEqual({ text: 'couro', sku: 'T' });
    for (const other of [null, {}, { alias: 'couro' }, { alias: { text: 'couro' } }, { alias: { text: 1, sku: 'T' } }]) expect(aliasOf(other)).toBeNull();
  });
});
