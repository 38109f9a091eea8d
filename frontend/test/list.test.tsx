import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { BuyList } from '../src/chat/list/BuyList';
import { RunProgress } from '../src/chat/list/RunProgress';
import { ServicesProvider, type Services } from '../src/chat/services';
import { buyListOf, linesOf, regrouped } from '../src/client/list';
import { decodeProgress, type Message } from '../src/client/wire';
import { Api } from '../src/data/http';
import { I18nContext, makeI18n, type Locale } from '../src/i18n';

const line = (sku: string, changes: Record<string, unknown> = {}) => ({
  sku, name: `Produto <b>${sku}</b>`, unit: 'UN', supplier_id: 1, supplier: 'Bento', quantity: 480, payable: '3120.50', order_by: '2026-11-24',
  overdue: false, at_risk: '320.10', drafted: 0, later_quantity: null, later_payable: null, reason: 'acaba amanhã (23/11)', ...changes,
});

const raw = (changes: Record<string, unknown> = {}) => ({
  kind: 'buy_list', today: '2026-11-22', products: 91, waiting: 51,
  totals: { lines: 3, goods: '9000.00', freight: '120.00', payable: '9361.50', at_risk: '960.30', saved: '500.00', budget: null },
  groups: [
    { supplier_id: 1, supplier: 'Bento', goods: '6000.00', freight: '120.00', payable: '6241.00', at_risk: '640.20', minimum_order: '7000.00', short_of_minimum: '1000.00', count: 2, lines: [line('A1'), line('A2', { overdue: true, drafted: 5 })] },
    { supplier_id: 2, supplier: 'Vale', goods: '3000.00', freight: '0.00', payable: '3120.50', at_risk: '320.10', minimum_order: null, short_of_minimum: null, count: 1, lines: [line('B1', { supplier_id: 2, supplier: 'Vale' })] },
  ],
  upcoming: [line('C1', { later_quantity: 20, later_payable: '88.00' })], review: [line('D1', { reason: 'Falta a posição de estoque.' })], failed: [{ sku: 'E1', name: 'Quebrado' }], left_out: [line('F1', { why: 'budget' })],
  counts: { groups: 2, upcoming: 1, review: 1, failed: 1, left_out: 7 }, ...changes,
});

const message = (list: unknown): Message => ({
  id: 3, session_id: 9, seq: 3, sender: 'ai', content: '**Compre hoje 3 itens.**\n\n**Bento**: 2 itens\n\n- um\n\n---\n\nresto', criado_em: '2026-11-22T10:00:00-03:00',
  metadata: { type: 'analysis_result', job_id: 'j/1', list },
});

const show = (list: unknown, locale: Locale = 'pt-BR') => {
  const read = buyListOf(list);
  if (!read) throw new Error('not a list');
  return renderToStaticMarkup(
    <I18nContext value={makeI18n(locale)}>
      <ServicesProvider value={{ api: new Api() } as Services}><BuyList list={read} message={message(list)} actions={null} /></ServicesProvider>
    </I18nContext>,
  ).replace(/\u00a0|&nbsp;/g, ' ');
};
const texts = (markup: string) => markup.replace(/<[^>]+>/g, '\n');

describe('the buy list', () => {
  it('shows sums, suppliers, lines with their reasons, and what was left out and why', () => {
    const text = texts(show(raw()));
    for (const part of ['Compre hoje 3 itens.', 'R$ 9.361,50', 'R$ 960,30', 'R$ 500,00', '2 fornecedores', 'Bento', '480 UN', 'R$ 3.120,50', '24/11', 'acaba amanhã (23/11)', 'já há rascunho de 5 UN', 'abaixo do pedido mínimo de R$ 7.000,00: faltam R$ 1.000,00 em mercadoria', 'frete de R$ 120,00 incluído', 'não coube no orçamento', 'Falta a posição de estoque.', 'Quebrado', '20 UN · R$ 88,00 · Pedir até 24/11/2026', 'e mais 6; estão todos no arquivo', '51 produtos não precisam']) expect(text).toContain(part);
    expect(text).not.toContain('Mostrar as');
  });

  it('a name from the data stays text, and the addresses are whole', () => {
    const markup = show(raw());
    expect(markup).toContain('Produto &lt;b&gt;A1&lt;/b&gt;');
    expect(markup).toContain('href="/api/chat/sessions/9/lists/j%2F1/export?kind=xlsx"');
  });

  it('each table has headers for its columns and rows', () => {
    const markup = show(raw());
    expect(markup.match(/<table data-table="list"/g)).toHaveLength(2);
    expect(markup.match(/scope="col"/g)).toHaveLength(10);
    expect(markup.match(/scope="row"/g)).toHaveLength(3);
  });

  it('more lines than the message carries are asked for', () => {
    const longer = raw({ totals: { ...raw().totals, lines: 4000 } });
    expect(texts(show(longer))).toContain('Mostrar as 4000 linhas');
  });

  it('an empty list, or one that lacks what may be absent, says nothing silly', () => {
    const bare = raw({ totals: {}, groups: [{ supplier: 'Bento', lines: [{ sku: 'A' }] }], upcoming: null, review: [null], failed: [{}], left_out: 'x', counts: null, waiting: 'x' });
    for (const list of [bare, raw({ groups: [], totals: { lines: 0 } })]) {
      for (const locale of ['pt-BR', 'en'] as const) expect(texts(show(list, locale))).not.toMatch(/\b(null|undefined|NaN|Infinity|Invalid)\b|\{\w+/);
    }
  });

  it('reads no list of another kind', () => {
    for (const other of [null, 'x', {}, { kind: 'abc_xyz', today: '2026-11-22', groups: [] }, { kind: 'buy_list', groups: [] }]) expect(buyListOf(other)).toBeNull();
  });

  it('puts fetched lines under their suppliers without touching the sums', () => {
    const groups = buyListOf(raw())?.groups ?? [];
    const all = linesOf([line('A1'), line('A2'), line('A3'), line('B1', { supplier_id: 2 }), line('Z', { supplier_id: 3, supplier: 'Novo' })]);
    const found = regrouped(groups, all);
    expect(found.map((group) => [group.supplier, group.count, group.payable])).toEqual([['Bento', 3, '6241.00'], ['Vale', 1, '3120.50'], ['Novo', 1, null]]);
  });
});

describe('a run over the catalogue', () => {
  it('counts products and shows the first lines', () => {
    const job = decodeProgress({ job_id: 'j', rev: 4, state: 'running', kind: 'catalogue', done: 40, total: 91, partial: [line('A1')], steps: [{ name: 'catalogue', label: '', state: 'running' }] });
    if (!job) throw new Error('not progress');
    const text = texts(renderToStaticMarkup(<I18nContext value={makeI18n('pt-BR')}><RunProgress job={job} /></I18nContext>)).replace(/\u00a0|&nbsp;/g, ' ');
    for (const part of ['40 de 91 produtos analisados', 'Mais urgentes até agora', '480 UN · Bento · R$ 3.120,50 · Em risco: R$ 320,10']) expect(text).toContain(part);
  });

  it('an analysis of one product is as it was', () => {
    expect(decodeProgress({ job_id: 'j', rev: 0, state: 'running', steps: [] })).toMatchObject({ kind: 'analysis', partial: [] });
  });
});
