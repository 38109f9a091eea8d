import type { Analysis } from '../../src/client/analysis';

/** An analysis with every field filled; the figures are made up and only have to be told apart. */
export function fullAnalysis(): Analysis {
  const evidence = (id: string) => [{ id, label: `Fonte ${id}`, rows: 41, start: '2025-01-02', end: '2026-11-21', method: `método ${id}` }];
  const common = (id: string) => ({ confidence: 'high' as const, evidence: evidence(id), missing: [{ code: `no_${id}`, text: `Falta ${id}.`, file_kind: 'sales' }] });
  return {
    sku: '00123', name: 'Parafuso <b>M8</b>', unit: 'UN', category: 'Ferragens', today: '2026-11-22', data_until: '2026-11-21', intent: 'demand_forecast', confidence: 'high', data_version: 1, engine: 'x',
    demand: {
      ...common('sales'), horizon_days: 30, horizon_start: '2026-11-22', horizon_end: '2026-12-21', total: { expected: 1042, low: 928, high: 1160, level: 0.8 }, per_day: 34.7, last_period_total: 909, trend_percent_month: 3.6, trend: 'rising', weekly_rhythm: [1, 1, 1, 1, 1.5, 0.9, 0.6], yearly_rhythm: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1.2], pattern: 'smooth', out_of_stock_days: 4, on_hand: 202, reserved: 16, available: 186, on_order: 50, coverage_days: 4.4, stockout_date: '2026-11-25', stockout_date_with_orders: '2026-11-30',
      series: [{ start: '2026-11-15', end: '2026-11-21', sold: 171, expected: null, low: null, high: null, out_of_stock_days: 1 }, { start: '2026-11-22', end: '2026-11-28', sold: null, expected: 240, low: 200, high: 280, out_of_stock_days: 0 }],
      accuracy: { error_percent: 7.6, naive_error_percent: 11, coverage_80: 0.88, origins: 8, horizon_days: 35 }, method: 'm', year_growth_percent: 21.5,
      drivers: [{ code: 'promotion', days: 6, start: '2026-11-23', end: '2026-11-28', percent: 18, quantity: null }],
    },
    prices: {
      ...common('offers'), quantity: 370,
      offers: [{ offer_id: 1, supplier_id: 7, supplier: 'Bento', quantity: 370, unit_price: '17.80', landed_unit_cost: '14.5445', total: '5381.47', moq: 20, pack_multiple: 10, promised_lead_time_days: 2, measured_lead_time_days: 2.5, on_time_share: 0.85, valid_until: '2026-12-17', expired: false, payment_terms: [28, 42], next_tier: { min_quantity: 500, unit_price: '17.10', saving_percent: 3.9 }, rank: 1, payable: '6586.00' }],
      best_offer_id: 1, last_paid: '18.90', last_paid_on: '2026-10-23', average_12m: '18.5877', best_vs_average_percent: -4.2, trend_percent_year: 6.3, dearness: 'cheap', history: [{ month: '2026-09-01', mean: '18.1', low: '18', high: '18.2', observations: 2 }, { month: '2026-10-01', mean: '18.9', low: '18.9', high: '18.9', observations: 1 }], paid_source: 'order',
    },
    logistics: {
      ...common('receipts'), suppliers: [{ supplier_id: 7, supplier: 'Bento', promised_days: 2, measured_median: 2, measured_low: 1, measured_high: 3, on_time_share: 0.85, receipts: 34, pooled: true }],
      chosen_supplier_id: 7, lead_time: { expected: 2.1, low: 1, high: 3, level: 0.8 }, lead_time_calendar_days: 4, earliest_arrival: '2026-11-24', probable_arrival: '2026-11-26', order_by: '2026-11-23', order_by_overdue: false, business_days_left: 1, holidays_ahead: [['2026-12-25', 'Natal']], freight: '120.00',
      arriving: [{ order_number: 'OC-1', supplier: 'Bento', outstanding: 50, expected_on: '2026-11-24', probable_on: '2026-11-27', late_probability: 0.4 }], bridge_supplier: null,
    },
    recommendation: {
      ...common('decision'), verdict: 'approve', headline: 'Compre 370 UN.', quantity: 370, needed_quantity: 369, rounding: ['embalagem de 10'], supplier_id: 7, supplier: 'Bento', offer_id: 1, unit_price: '17.80', landed_unit_cost: '14.5445', total: '5381.47', order_by: '2026-11-23', expected_arrival: '2026-11-26', coverage_after_days: 16, reorder_point: 579, safety_stock: 121, target_stock: 900, service_level: 0.95, reasons: ['Porque sim.'], next_steps: ['Criar o rascunho.'],
      alternatives: [{ quantity: 500, supplier: 'Bento', unit_price: '17.10', total: '8550.00', extra_coverage_days: 4, saving: '310.00', text: 'economiza R$ 310', payable: '8600.00', code: 'tier', stockout_probability: 0.02, arrival: '2026-11-27', review_days: 7 }], payable_total: '6586.00', drafts: [], rounding_steps: [],
      doubts: ['few_receipts'], decembers: 1, shelf_life: { days: 90, last_day: '2027-02-23', probability: 0.01, expected_unsold: 0.2, write_off: '3.56', limits: false },
      goods: '6586.00', minimum_order: '500.00', free_freight_from: '3000.00', order_lines: 1.8, order_line_cost: '33.00',
      risk: { level: 'medium', stockout_probability: 0.13, stockout_probability_if_waiting: 0.9996, amount_at_risk: '72.42', amount_if_waiting: '410.00', causes: [{ code: 'delay', text: 'Atraso', share: 0.9, amount: '66.99' }], text: 'Pode faltar.' },
    },
  };
}

/** Paths of everything that may be null, empty or absent, so that tests can take each away. */
export function without(analysis: Analysis, path: readonly string[]): Analysis {
  const copy = structuredClone(analysis) as unknown as Record<string, unknown>;
  let place = copy;
  for (const step of path.slice(0, -1)) place = place[step] as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  place[last] = Array.isArray(place[last]) ? [] : null;
  return copy as unknown as Analysis;
}
