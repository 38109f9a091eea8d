// `metadata.list` of a buy list, as src/reposto/language/buy_list.py writes it: money as text, dates as ISO text.

import { isObject } from './wire';

export interface ListLine {
  sku: string;
  name: string;
  unit: string;
  supplier_id: number | null;
  supplier: string;
  quantity: number | null;
  payable: string | null;
  order_by: string | null;
  overdue: boolean;
  at_risk: string | null;
  drafted: number;
  later_quantity: number | null;
  later_payable: string | null;
  reason: string;
  why: string; // of a line that was left out
}

export interface ListGroup {
  supplier_id: number | null;
  supplier: string;
  payable: string | null;
  freight: string | null;
  minimum_order: string | null;
  short_of_minimum: string | null;
  count: number;
  lines: ListLine[];
}

export interface BuyListData {
  today: string;
  waiting: number;
  totals: { lines: number; payable: string | null; freight: string | null; at_risk: string | null; saved: string | null; budget: string | null };
  groups: ListGroup[];
  upcoming: ListLine[];
  review: ListLine[];
  failed: ListLine[];
  left_out: ListLine[];
  counts: Record<string, number>;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function lineOf(value: unknown): ListLine | null {
  if (!isObject(value) || typeof value.sku !== 'string') return null;
  return {
    sku: value.sku,
    name: text(value.name) || value.sku,
    unit: text(value.unit),
    supplier_id: number(value.supplier_id),
    supplier: text(value.supplier),
    quantity: number(value.quantity),
    payable: textOrNull(value.payable),
    order_by: textOrNull(value.order_by),
    overdue: value.overdue === true,
    at_risk: textOrNull(value.at_risk),
    drafted: number(value.drafted) ?? 0,
    later_quantity: number(value.later_quantity),
    later_payable: textOrNull(value.later_payable),
    reason: text(value.reason),
    why: text(value.why),
  };
}

export const linesOf = (value: unknown): ListLine[] => list(value).map(lineOf).filter((line) => line !== null);

function groupOf(value: unknown): ListGroup | null {
  if (!isObject(value)) return null;
  const lines = linesOf(value.lines);
  return {
    supplier_id: number(value.supplier_id),
    supplier: text(value.supplier),
    payable: textOrNull(value.payable),
    freight: textOrNull(value.freight),
    minimum_order: textOrNull(value.minimum_order),
    short_of_minimum: textOrNull(value.short_of_minimum),
    count: number(value.count) ?? lines.length,
    lines,
  };
}

/** The list of a message, or null when it carries none that this page knows. */
export function buyListOf(value: unknown): BuyListData | null {
  if (!isObject(value) || value.kind !== 'buy_list' || typeof value.today !== 'string' || !Array.isArray(value.groups)) return null;
  const totals = isObject(value.totals) ? value.totals : {};
  const counts = isObject(value.counts) ? Object.entries(value.counts) : [];
  return {
    today: value.today,
    waiting: number(value.waiting) ?? 0,
    totals: {
      lines: number(totals.lines) ?? 0,
      payable: textOrNull(totals.payable),
      freight: textOrNull(totals.freight),
      at_risk: textOrNull(totals.at_risk),
      saved: textOrNull(totals.saved),
      budget: textOrNull(totals.budget),
    },
    groups: value.groups.map(groupOf).filter((group) => group !== null),
    upcoming: linesOf(value.upcoming),
    review: linesOf(value.review),
    failed: linesOf(value.failed),
    left_out: linesOf(value.left_out),
    counts: Object.fromEntries(counts.flatMap(([name, count]) => (number(count) === null ? [] : [[name, count as number]]))),
  };
}

/** All fetched lines under their suppliers, in the order in which they come; the amounts of a group are the server's. */
export function regrouped(groups: readonly ListGroup[], lines: readonly ListLine[]): ListGroup[] {
  const found = new Map<number | null, ListLine[]>();
  for (const line of lines) found.set(line.supplier_id, [...(found.get(line.supplier_id) ?? []), line]);
  return [...found].map(([supplier, own]) => {
    const known = groups.find((group) => group.supplier_id === supplier);
    if (known) return { ...known, lines: own, count: own.length };
    return { supplier_id: supplier, supplier: own[0]?.supplier ?? '', payable: null, freight: null, minimum_order: null, short_of_minimum: null, count: own.length, lines: own };
  });
}

export const shownLines = (list: BuyListData): number => list.groups.reduce((sum, group) => sum + group.lines.length, 0);

/** Whether a money text is more than nothing. */
export const some = (money: string | null): money is string => money !== null && Number(money) > 0;
