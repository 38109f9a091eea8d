import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBook, fitsPack, parseQuantity, writeQuantity } from '../src/data/orders';

describe('a quantity as it is typed', () => {
  it.each([
    ['1.250,5', 'pt-BR', 1250.5],
    ['1250,5', 'pt-BR', 1250.5],
    ['1.250', 'pt-BR', 1250],
    ['1,250', 'en', 1250],
    ['1250.5', 'en', 1250.5],
    [' 12 ', 'pt-BR', 12],
    ['0', 'pt-BR', 0],
    ['1.25', 'pt-BR', null], // a point for a comma: asked about, not guessed
    ['1,25,0', 'pt-BR', null],
    ['-3', 'pt-BR', null],
    ['1e3', 'en', null],
    ['', 'pt-BR', null],
    ['12 UN', 'pt-BR', null],
    ['9999999999', 'pt-BR', null],
  ])('%s (%s)', (typed, locale, expected) => expect(parseQuantity(typed, locale)).toBe(expected));

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.constantFrom('pt-BR', 'en'), (thousandths, locale) => {
        expect(parseQuantity(writeQuantity(thousandths / 1000, locale), locale)).toBe(thousandths / 1000);
      }),
    );
  });

  it('fits packs up to a thousandth', () => {
    expect([fitsPack(0.3, 0.1), fitsPack(150, 50), fitsPack(151, 50), fitsPack(7, 0)]).toEqual([true, true, false, true]);
  });
});

describe('the book', () => {
  it('keeps what it can read and loses no line', () => {
    const line = { line: 1, sku: '001', name: 'Cadeira', unit: 'UN', quantity: 2, unit_price: null, total: null };
    const order = { number: 'PC-1', revision: 0, status: 'draft', lines: [line, { line: 'x' }] };
    const book = decodeBook({ log: 3, last_seq: 9, orders: [order, { number: 5 }] });
    expect(book?.orders.map((held) => [held.number, held.lines.length])).toEqual([['PC-1', 1]]);
    expect(decodeBook({ log: null, last_seq: 0, orders: [] })).toBeNull();
  });
});
