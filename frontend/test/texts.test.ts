import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plain, splitProse, withoutOptions } from '../src/client/prose';
import { makeI18n } from '../src/i18n';
import en from '../src/i18n/en.json';
import { formatter } from '../src/i18n/format';
import pt from '../src/i18n/pt-BR.json';
import { axisTo, monthStarts } from '../src/ui/scale';

const holes = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((found) => found[1]).sort();
const spaces = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('the two languages', () => {
  it('have the same texts with the same holes', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(pt).sort());
    const [english, portuguese] = [en as Record<string, string>, pt as Record<string, string>];
    for (const key of Object.keys(pt)) expect([...new Set(holes(english[key] ?? ''))], key).toEqual([...new Set(holes(portuguese[key] ?? ''))]);
  });

  it('choose singular and plural', () => {
    const { t } = makeI18n('pt-BR');
    expect(t('composer.left', { n: 1 })).toBe('1 caractere restante');
    expect(t('composer.left', { n: 2 })).toBe('2 caracteres restantes');
  });
});

describe('numbers as a Brazilian buyer writes them', () => {
  const f = formatter('pt-BR');

  it.each([
    [f.money('34906.84'), 'R$ 34.906,84'],
    [f.money('90071992547409931.27'), 'R$ 90.071.992.547.409.931,27'], // no float holds this
    [f.money('-0.50'), '-R$ 0,50'],
    [f.money('abc'), 'abc'],
    [f.unitPrice('17.8'), 'R$ 17,80'],
    [f.unitPrice('0.0735'), 'R$ 0,0735'],
    [f.withUnit(1042.31, 'UN'), '1.042 UN'],
    [f.withUnit(0.6, 'PC'), '0,6 PC'],
    [f.withUnit(567.13, 'KG'), '567,1 KG'],
    [f.rate(34.74, 'UN'), '34,7 UN'],
    [f.rate(0.021, 'PC'), '0,02 PC'],
    [f.percent(0.853), '85%'],
    [f.percent(0.076), '7,6%'],
    [f.chance(0.0003), '< 1%'],
    [f.chance(0.9996), '> 99%'],
    [f.points(-4.2), '−4,2%'],
    [f.points(6.31), '+6,3%'],
    [f.date('2026-12-01'), '01/12/2026'],
    [f.shortDate('2026-12-01'), '01/12'],
    [f.date('amanhã'), 'amanhã'],
    [f.month('2026-02-01'), 'fev 26'],
    [f.seconds(1_240), '1,2 s'],
  ])('%s', (shown, expected) => {
    expect(spaces(shown)).toBe(expected);
  });

  it('a date never moves with the time zone', () => {
    for (const zone of ['America/Sao_Paulo', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      process.env.TZ = zone;
      expect(formatter('pt-BR').date('2026-01-01')).toBe('01/01/2026');
    }
    delete process.env.TZ;
  });
});

describe('the parts of an answer', () => {
  it('the paragraphs lead, lists and tables follow, the rest is folded', () => {
    const text = 'Primeiro.\n\nSegundo.\n\n- um\n- dois\n\nFornecedores:\n\n| a | b |\n| - | - |\n\n---\n\n**Por quê**\n\n- x';
    expect(splitProse(text)).toEqual({ lead: 'Primeiro.\n\nSegundo.', rest: '- um\n- dois\n\nFornecedores:\n\n| a | b |\n| - | - |', details: '**Por quê**\n\n- x' });
  });

  it('a text that begins with a list leads with it', () => {
    expect(splitProse('- um\n- dois').lead).toBe('- um\n- dois');
  });

  it('the list of candidates gives way to the buttons', () => {
    const text = 'Qual deles?\n\n1. Parafuso (SKU A-1)\n2. Porca (SKU B-2)\n\nSe nenhum, diga.';
    expect(withoutOptions(text, ['A-1', 'B-2'])).toBe('Qual deles?\n\nSe nenhum, diga.');
    expect(withoutOptions(text, [])).toBe(text);
    expect(withoutOptions(text, ['C-3'])).toBe(text);
  });

  it('a screen reader hears words', () => {
    expect(plain('**Compre 2.400 UN**, de `Bento`.\n\n> já')).toBe('Compre 2.400 UN, de Bento. já');
  });

  it.each([
    ['Parafuso \\<b\\>M8\\</b\\> \\[a\\](b) \\| \\~c\\~ \\{d\\} \\&amp;', 'Parafuso <b>M8</b> [a](b) | ~c~ {d} &amp;'],
    ['**\\_CABO\\_ 2\\*4**: compre', '_CABO_ 2*4: compre'],
    ['CABO_PP_3 e _ênfase_ e ção_ão', 'CABO_PP_3 e ênfase e ção_ão'],
    ['\\\\servidor \\`x\\`', '\\servidor `x`'],
    ['\\#5 de 10, item #6', '#5 de 10, item #6'],
    ['1\\) Porca', '1) Porca'],
    ['www\u2060.loja\u2060.com e compras@\u2060loja', 'www.loja.com e compras@loja'],
    ['`a\\_b*c\u2060`', 'a\\_b*c'],
    ['## Título\n\n- **um**\n- dois\n\n| a | b |', 'Título um dois a b'],
  ])('and names as they are: %s', (markdown, words) => {
    expect(plain(markdown)).toBe(words);
  });
});

describe('axes', () => {
  it.each([[0.3, 0.3], [7, 8], [463, 500], [1, 1], [0, 1]])('up to %d end at a round number', (max, end) => {
    const axis = axisTo(max);
    expect(axis.max).toBeGreaterThanOrEqual(max);
    expect(axis.max).toBeCloseTo(Math.max(end, axis.max), 9);
    expect(axis.ticks[0]).toBe(0);
    expect(axis.ticks.length).toBeLessThanOrEqual(7);
  });

  it('months are labelled where they begin', () => {
    const dates = ['2026-01-25', '2026-02-01', '2026-02-08', '2026-03-01', '2026-03-08'];
    expect([...monthStarts(dates, 1_000, 64)]).toEqual([0, 1, 3]);
    expect([...monthStarts(dates, 100, 64)]).toEqual([0, 3]);
  });
});

describe('the wire types', () => {
  const python = readFileSync(new URL('../../src/reposto/model/findings.py', import.meta.url), 'utf8');
  const typescript = readFileSync(new URL('../src/client/analysis.ts', import.meta.url), 'utf8');

  const classes = [...python.matchAll(/^class (\w+):\n((?: .*\n|\n)*)/gm)].map(([, name = '', body = '']) => [name, [...body.matchAll(/^ {4}(\w+): /gm)].map(([, field]) => field)] as const);
  const interfaces = new Map([...typescript.matchAll(/^(?:export )?interface (\w+)(?: extends (\w+))? \{\n((?: .*\n)*)/gm)].map(([, name = '', parent = '', body = '']) => [name, { parent, fields: [...body.matchAll(/^ {2}(\w+)\??: /gm)].map(([, field]) => field) }]));

  it('are all there', () => {
    expect(classes.length).toBeGreaterThan(12);
  });

  it.each(classes)('%s has the fields of findings.py', (name, fields) => {
    const found = interfaces.get(name);
    const inherited = interfaces.get(found?.parent ?? '')?.fields ?? [];
    expect([...(found?.fields ?? []), ...inherited].sort()).toEqual([...fields].sort());
  });
});
