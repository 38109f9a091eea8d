import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Answer, openSections } from '../src/chat/answer/Answer';
import { spoken } from '../src/chat/Announcer';
import { analysisOf, type Analysis } from '../src/client/analysis';
import { I18nContext, makeI18n, type Locale } from '../src/i18n';
import { weekly } from '../src/ui/SeriesChart';
import { fullAnalysis, without } from './support/analysis';

const show = (analysis: Analysis, locale: Locale = 'pt-BR') =>
  renderToStaticMarkup(
    <I18nContext value={makeI18n(locale)}>
      <Answer analysis={analysis} content={'**Compre** 370 UN.\n\n- um\n\n---\n\nresto'} actions={null} />
    </I18nContext>,
  ).replace(/\u00a0|&nbsp;/g, ' ');

const texts = (markup: string) => markup.replace(/<[^>]+>/g, '\n');

const NULLABLE: string[][] = [
  ['data_until'],
  ...['total', 'per_day', 'last_period_total', 'trend_percent_month', 'trend', 'weekly_rhythm', 'yearly_rhythm', 'on_hand', 'reserved', 'available', 'coverage_days', 'stockout_date', 'stockout_date_with_orders', 'series', 'accuracy', 'evidence', 'missing'].map((field) => ['demand', field]),
  ...['quantity', 'offers', 'best_offer_id', 'last_paid', 'last_paid_on', 'average_12m', 'best_vs_average_percent', 'trend_percent_year', 'dearness', 'history', 'evidence', 'missing'].map((field) => ['prices', field]),
  ...['suppliers', 'chosen_supplier_id', 'lead_time', 'lead_time_calendar_days', 'earliest_arrival', 'probable_arrival', 'order_by', 'business_days_left', 'holidays_ahead', 'freight', 'arriving', 'evidence', 'missing'].map((field) => ['logistics', field]),
  ...['quantity', 'needed_quantity', 'rounding', 'supplier_id', 'supplier', 'offer_id', 'unit_price', 'landed_unit_cost', 'total', 'order_by', 'expected_arrival', 'coverage_after_days', 'reorder_point', 'safety_stock', 'target_stock', 'reasons', 'next_steps', 'alternatives', 'evidence', 'missing'].map((field) => ['recommendation', field]),
  ...['stockout_probability', 'stockout_probability_if_waiting', 'amount_at_risk', 'causes'].map((field) => ['recommendation', 'risk', field]),
];

describe('the answer', () => {
  it('shows verdict, words, every key number, offers, and where they came from', () => {
    const text = texts(show(fullAnalysis()));
    for (const part of ['Comprar', 'Compre', '1.042 UN', 'entre 928 e 1.160 (80%)', '4 dias', '25/11/2026', '23/11/2026', '1 dia útil de prazo', '370 UN', 'R$ 6.586,00', 'custo líquido posto: R$ 5.381,47', 'R$ 17,80 por UN', 'Promoção planejada de 23/11 a 28/11: +18% na previsão.', 'médio', '13% de chance de faltar', 'R$ 72,42 em jogo', 'Bento', 'Prometido', '85%', 'pagamento 28/42']) expect(text).toContain(part);
    for (const id of ['sales', 'offers', 'receipts', 'decision']) expect(text).toContain(`Fonte ${id}`);
    expect(text.match(/De onde veio\?/g)).toHaveLength(4);
  });

  it('a name from the data stays text', () => {
    expect(show(fullAnalysis())).toContain('Parafuso &lt;b&gt;M8&lt;/b&gt;');
  });

  it.each(NULLABLE.map((path) => [path.join('.'), path] as const))('without %s says nothing silly', (_name, path) => {
    for (const locale of ['pt-BR', 'en'] as const) {
      const text = texts(show(without(fullAnalysis(), path), locale));
      expect(text).not.toMatch(/\b(null|undefined|NaN|N\/A|Infinity|Invalid)\b|\{\w+/);
    }
  });

  it('without anything that may be absent it still shows', () => {
    const bare = NULLABLE.reduce((held, path) => without(held, path), fullAnalysis());
    expect(texts(show(bare))).not.toMatch(/\b(null|undefined|NaN|N\/A|Infinity)\b/);
  });

  it('is fit for English', () => {
    const text = texts(show(fullAnalysis(), 'en'));
    for (const part of ['Buy', 'Where from?', 'between 928 and 1,160 (80%)', 'R$6,586.00', 'net landed cost: R$5,381.47', 'Late delivery']) expect(text).toContain(part);
    for (const part of ['Porque sim.', 'embalagem de 10', 'Pode faltar.', 'Atraso', 'economiza']) expect(text).not.toContain(part); // no mixture
  });

  it('an overdue order has no day and says why', () => {
    const late = fullAnalysis();
    late.logistics.order_by_overdue = true;
    const text = texts(show(late));
    for (const part of ['Quando pedir', 'o quanto antes', 'mesmo pedindo hoje, 13% de chance de faltar antes da entrega']) expect(text).toContain(part);
    for (const part of ['Pedir até', '23/11/2026', 'já passou']) expect(text).not.toContain(part);
  });

  it('an answer of an older version shows its landed total and no empty notes', () => {
    const old = without(without(fullAnalysis(), ['recommendation', 'payable_total']), ['demand', 'drivers']);
    const text = texts(show(old));
    expect(text).toContain('R$ 5.381,47');
    expect(text).not.toContain('custo líquido posto:');
  });

  it('an empty shelf is called empty, not zero days', () => {
    const empty = fullAnalysis();
    Object.assign(empty.demand, { available: 0, on_hand: 0, reserved: 0, coverage_days: 0 });
    expect(texts(show(empty))).toContain('acabou');
  });

  it('a bucket of two days is drawn at the pace of a week', () => {
    expect(weekly({ start: '2026-12-20', end: '2026-12-21' }, 60)).toBe(210);
    expect(weekly({ start: '2026-12-13', end: '2026-12-19' }, 210)).toBe(210);
  });

  it('opens what was asked about', () => {
    expect([...openSections('supplier_lead_time', false)]).toEqual(['logistics']);
    expect(openSections('supplier_compare', true)).toEqual(new Set(['offers', 'demand']));
    expect([...openSections('anything_else', false)]).toEqual(['demand']);
  });
});

describe('an analysis off the wire', () => {
  it.each([null, 3, [], {}, { demand: {}, prices: {}, logistics: {} }, { sku: 1, name: 'x', demand: {}, prices: {}, logistics: {}, recommendation: {} }])('%j is none', (value) => {
    expect(analysisOf(value)).toBeNull();
  });
});

describe('what a screen reader hears', () => {
  const message = (type: string, content: string) => ({ id: 1, session_id: 1, seq: 1, sender: 'ai' as const, content, criado_em: '', metadata: { type } });

  it('is the lead of the answer, without marks', () => {
    const i18n = makeI18n('pt-BR');
    expect(spoken(message('analysis_result', '**Compre** já.\n\n- detalhe'), i18n)).toBe('Resposta pronta. Compre já.');
    expect(spoken(message('analysis_cancelled', 'x'), i18n)).toBe('Análise cancelada.');
  });
});
