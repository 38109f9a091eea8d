// The company's own purchase orders, as the server lists them.

import { isObject } from '../client/wire';

export interface OrderLine {
  line: number;
  sku: string;
  name: string;
  unit: string;
  quantity: number;
  unit_price: string | null;
  total: string | null;
  minimum: number; // of the supplier's offer; 0 where there is none
  pack: number;
}

export interface Order {
  number: string;
  status: string; // draft | approved | sent | partial | cancelled
  revision: number;
  supplier: string;
  email: string;
  minimum_order: string | null;
  ordered_on: string;
  expected_on: string | null;
  created_by: string;
  total: string | null;
  lines: OrderLine[];
}

/** The orders as they were at the log's message `last_seq`; its later messages say that one changed. */
export interface Book {
  log: number;
  last_seq: number;
  orders: Order[];
}

export type OrderChange =
  | { step: 'change'; revision: number; quantities: Record<number, number> }
  | { step: 'send' | 'discard' | 'reopen'; revision: number };

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const maybeText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const amount = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

export function decodeBook(value: unknown): Book | null {
  if (!isObject(value) || typeof value.log !== 'number' || typeof value.last_seq !== 'number') return null;
  if (!Array.isArray(value.orders)) return null;
  return { log: value.log, last_seq: value.last_seq, orders: value.orders.map(decodeOrder).filter((order) => order !== null) };
}

export function decodeOrder(value: unknown): Order | null {
  if (!isObject(value) || typeof value.number !== 'string' || typeof value.revision !== 'number') return null;
  if (!Array.isArray(value.lines)) return null;
  return {
    number: value.number,
    status: text(value.status),
    revision: value.revision,
    supplier: text(value.supplier),
    email: text(value.email),
    minimum_order: maybeText(value.minimum_order),
    ordered_on: text(value.ordered_on),
    expected_on: maybeText(value.expected_on),
    created_by: text(value.created_by),
    total: maybeText(value.total),
    lines: value.lines.flatMap((line: unknown) => decodeLine(line) ?? []),
  };
}

function decodeLine(value: unknown): OrderLine | null {
  if (!isObject(value) || typeof value.line !== 'number' || typeof value.sku !== 'string') return null;
  return {
    line: value.line,
    sku: value.sku,
    name: text(value.name),
    unit: text(value.unit),
    quantity: amount(value.quantity),
    unit_price: maybeText(value.unit_price),
    total: maybeText(value.total),
    minimum: amount(value.minimum),
    pack: amount(value.pack),
  };
}

/** A quantity as it is typed in the language: "1.250,5" or "1,250.5"; null when it is none. */
export function parseQuantity(typed: string, locale: string): number | null {
  const [thousands, decimal] = locale === 'en' ? [',', '.'] : ['.', ','];
  const bare = typed.trim().replace(/[\s\u00a0]/g, '');
  const grouped = new RegExp(`^\\d{1,3}(\\${thousands}\\d{3})+(\\${decimal}\\d{1,3})?$`);
  const plain = new RegExp(`^\\d+(\\${decimal}\\d{1,3})?$`);
  if (!grouped.test(bare) && !plain.test(bare)) return null;
  const value = Number(bare.split(thousands).join('').replace(decimal, '.'));
  return value <= 1e9 ? value : null;
}

/** How a quantity is put into its field: no thousands mark, nothing rounded away. */
export function writeQuantity(value: number, locale: string): string {
  const digits = String(Math.round(value * 1000) / 1000);
  return locale === 'en' ? digits : digits.replace('.', ',');
}

/** Whether a quantity is whole packs, up to the thousandths that are kept. */
export function fitsPack(value: number, pack: number): boolean {
  if (pack <= 0) return true;
  return Math.round(value * 1000) % Math.round(pack * 1000) === 0;
}
