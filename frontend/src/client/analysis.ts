// `metadata.analysis` of an answer, as src/reposto/model/findings.py writes it: money as text, dates as ISO text.
// test/analysis.test.ts compares the field names with that file.

export type Confidence = 'high' | 'medium' | 'low';
export type Verdict = 'approve' | 'wait' | 'manual_review';

export interface Evidence {
  id: string;
  label: string;
  rows: number;
  start: string | null;
  end: string | null;
  method: string;
}

export interface Missing {
  code: string;
  text: string;
  file_kind: string;
}

export interface Range {
  expected: number;
  low: number;
  high: number;
  level: number;
}

export interface SeriesPoint {
  start: string;
  end: string;
  sold: number | null;
  expected: number | null;
  low: number | null;
  high: number | null;
  out_of_stock_days: number;
}

export interface Accuracy {
  error_percent: number;
  naive_error_percent: number;
  coverage_80: number | null;
  origins: number;
  horizon_days: number;
}

interface Finding {
  confidence: Confidence;
  evidence: Evidence[];
  missing: Missing[];
}

/** Fields that answers of older versions lack are read with a fallback. */
export interface DemandDriver {
  code: string;
  days: number | null;
  start: string | null;
  end: string | null;
  percent: number | null;
  quantity: number | null;
  price_percent?: number | null;
  lift_percent?: number | null;
  learned_from?: number | null;
}

export interface DemandFinding extends Finding {
  horizon_days: number;
  horizon_start: string;
  horizon_end: string;
  total: Range | null;
  per_day: number | null;
  last_period_total: number | null;
  trend_percent_month: number | null;
  trend: 'rising' | 'falling' | 'stable' | null;
  weekly_rhythm: number[];
  yearly_rhythm: number[];
  pattern: string;
  out_of_stock_days: number;
  on_hand: number | null;
  reserved: number | null;
  available: number | null;
  on_order: number;
  coverage_days: number | null;
  stockout_date: string | null;
  stockout_date_with_orders: string | null;
  series: SeriesPoint[];
  accuracy: Accuracy | null;
  method: string;
  drivers: DemandDriver[] | undefined;
  year_growth_percent: number | null | undefined;
}

export interface PriceTierHint {
  min_quantity: number;
  unit_price: string;
  saving_percent: number;
}

export interface OfferLine {
  offer_id: number;
  supplier_id: number;
  supplier: string;
  quantity: number;
  unit_price: string;
  landed_unit_cost: string;
  total: string;
  moq: number;
  pack_multiple: number;
  promised_lead_time_days: number | null;
  measured_lead_time_days: number | null;
  on_time_share: number | null;
  valid_until: string | null;
  expired: boolean;
  payment_terms: number[];
  next_tier: PriceTierHint | null;
  rank: number;
  payable: string | null | undefined;
}

export interface PricePoint {
  month: string;
  mean: string;
  low: string;
  high: string;
  observations: number;
}

export interface PriceFinding extends Finding {
  quantity: number | null;
  offers: OfferLine[];
  best_offer_id: number | null;
  last_paid: string | null;
  last_paid_on: string | null;
  average_12m: string | null;
  best_vs_average_percent: number | null;
  trend_percent_year: number | null;
  dearness: 'dear' | 'fair' | 'cheap' | null;
  history: PricePoint[];
  paid_source: string | undefined;
}

export interface SupplierLeadTime {
  supplier_id: number;
  supplier: string;
  promised_days: number | null;
  measured_median: number | null;
  measured_low: number | null;
  measured_high: number | null;
  on_time_share: number | null;
  receipts: number;
  pooled: boolean;
}

export interface ArrivingOrder {
  order_number: string;
  supplier: string;
  outstanding: number;
  expected_on: string | null;
  probable_on: string | null;
  late_probability: number | null;
}

export interface LogisticsFinding extends Finding {
  suppliers: SupplierLeadTime[];
  chosen_supplier_id: number | null;
  lead_time: Range | null;
  lead_time_calendar_days: number | null;
  earliest_arrival: string | null;
  probable_arrival: string | null;
  order_by: string | null;
  order_by_overdue: boolean;
  business_days_left: number | null;
  holidays_ahead: [string, string][];
  freight: string | null;
  arriving: ArrivingOrder[];
  bridge_supplier: string | null | undefined;
}

export interface RiskCause {
  code: string;
  text: string;
  share: number;
  amount: string | null;
}

export interface RiskFinding {
  level: 'low' | 'medium' | 'high';
  stockout_probability: number | null;
  stockout_probability_if_waiting: number | null;
  amount_at_risk: string | null;
  amount_if_waiting: string | null | undefined; // answers of older versions lack it
  causes: RiskCause[];
  text: string;
}

export interface Alternative {
  quantity: number;
  supplier: string;
  unit_price: string;
  total: string;
  extra_coverage_days: number;
  saving: string;
  text: string;
  payable: string | null | undefined;
  code: string | undefined; // this and the following: answers of older versions lack them
  stockout_probability: number | null | undefined;
  arrival: string | null | undefined;
  review_days: number | undefined;
  spared?: string | null;
}

/** What a shelf life means for the advised quantity. */
export interface ShelfLife {
  days: number;
  last_day: string;
  probability: number;
  expected_unsold: number;
  write_off: string;
  limits: boolean;
}

export interface DraftOrder {
  order_number: string;
  supplier: string;
  quantity: number;
  ordered_on: string;
}

/** One step from the need to the order, in figures; the sentences are in `rounding`. */
export interface RoundingStep {
  code: string;
  before: number;
  after: number;
  size: number | null;
  price_before: string | null;
  price_after: string | null;
  price_saving: string | null;
  freight_saving: string | null;
  orders_spared: number;
  orders_saving: string | null;
  stocking_cost: string | null;
}

export interface RecommendationFinding extends Finding {
  verdict: Verdict;
  headline: string;
  quantity: number | null;
  needed_quantity: number | null;
  rounding: string[];
  supplier_id: number | null;
  supplier: string | null;
  offer_id: number | null;
  unit_price: string | null;
  landed_unit_cost: string | null;
  total: string | null;
  order_by: string | null;
  expected_arrival: string | null;
  coverage_after_days: number | null;
  reorder_point: number | null;
  safety_stock: number | null;
  target_stock: number | null;
  service_level: number;
  reasons: string[];
  next_steps: string[];
  alternatives: Alternative[];
  risk: RiskFinding;
  payable_total: string | null | undefined;
  drafts: DraftOrder[] | undefined;
  rounding_steps: RoundingStep[] | undefined;
  doubts: string[] | undefined;
  decembers: number | null | undefined;
  shelf_life: ShelfLife | null | undefined;
  goods: string | null | undefined;
  minimum_order: string | null | undefined;
  free_freight_from: string | null | undefined;
  order_lines: number | null | undefined;
  order_line_cost: string | null | undefined;
  calls?: unknown; // the text says what they hold
  cautions?: unknown;
  lot_limit?: string;
  lot_limit_days?: number | null;
}

export interface Analysis {
  sku: string;
  name: string;
  unit: string;
  category: string;
  today: string;
  data_until: string | null;
  intent: string;
  demand: DemandFinding;
  prices: PriceFinding;
  logistics: LogisticsFinding;
  recommendation: RecommendationFinding;
  confidence: Confidence;
  data_version: number;
  engine: string;
}

const PARTS = ['demand', 'prices', 'logistics', 'recommendation'] as const;

/** The analysis of a message when its outline is right; what is inside is guarded by the page's error boundary. */
export function analysisOf(value: unknown): Analysis | null {
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Record<string, unknown>;
  const whole = PARTS.every((part) => typeof fields[part] === 'object' && fields[part] !== null);
  return whole && typeof fields.sku === 'string' && typeof fields.name === 'string' ? (value as Analysis) : null;
}
