// Files on their way into the company's data: what the server found in each, and what may go in.

import { isObject } from './wire';

export const MAX_FILE_BYTES = 32 * 1024 * 1024; // as the server takes them
export const MAX_FILES = 50;
export const KINDS = ['products', 'suppliers', 'stock', 'sales', 'offers', 'orders', 'receipts', 'promotions', 'selling_prices', 'prices'] as const;
export const TYPES = '.csv,.txt,.tsv,.xlsx,.xml,.zip';

export interface Wish {
  upload: string;
  kind: string | null;
  sheet: string | null;
}

export interface FilesWish {
  files: readonly Wish[];
  own_cnpj: string;
  received_on: string | null;
}

export interface Changes {
  kind: string;
  inserted: number;
  updated: number;
  unchanged: number;
  deleted: number;
}

export interface BadRow {
  row: number;
  column: string;
  value: string;
  reason: string;
}

export interface Problem {
  sentence: string;
  rows: BadRow[];
  more: number;
  ask: string; // kind | own_cnpj, or nothing
  kinds: string[];
}

export interface Report {
  uploads: string[];
  name: string;
  kind: string; // "notes": all NF-e together; empty when it could not be told
  lines: number;
  changes: Changes[];
  ignored: string[];
  warnings: string[];
  sheet: string;
  sheets: string[];
  problem: Problem | null;
}

export interface Looked {
  files: Report[];
  demo: boolean;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);

export function decodeLooked(value: unknown): Looked | null {
  if (!isObject(value) || !Array.isArray(value.files)) return null;
  return { files: value.files.flatMap((file: unknown) => decodeReport(file) ?? []), demo: value.demo === true };
}

function decodeReport(value: unknown): Report | null {
  if (!isObject(value) || typeof value.name !== 'string') return null;
  return {
    uploads: texts(value.uploads),
    name: value.name,
    kind: text(value.kind),
    lines: count(value.lines),
    changes: (Array.isArray(value.changes) ? value.changes : []).flatMap((item: unknown) => decodeChanges(item) ?? []),
    ignored: texts(value.ignored),
    warnings: texts(value.warnings),
    sheet: text(value.sheet),
    sheets: texts(value.sheets),
    problem: decodeProblem(value.problem),
  };
}

function decodeChanges(value: unknown): Changes | null {
  if (!isObject(value) || typeof value.kind !== 'string') return null;
  const { kind, inserted, updated, unchanged, deleted } = value;
  return { kind, inserted: count(inserted), updated: count(updated), unchanged: count(unchanged), deleted: count(deleted) };
}

function decodeProblem(value: unknown): Problem | null {
  if (!isObject(value)) return null;
  const rows = (Array.isArray(value.rows) ? value.rows : []).flatMap((row: unknown) =>
    isObject(row) ? { row: count(row.row), column: text(row.column), value: text(row.value), reason: text(row.reason) } : [],
  );
  return { sentence: text(value.sentence), rows, more: count(value.more), ask: text(value.ask), kinds: texts(value.kinds) };
}

/** What of the wishes may go in: those whose report has no problem. */
export function good(wishes: readonly Wish[], looked: Looked | null): Wish[] {
  const reports = looked?.files.filter((report) => report.problem === null) ?? [];
  return wishes.filter((wish) => reports.some((report) => isOf(report, wish)));
}

/** Whether a report is about this wish. A sheet that nobody named is the one that was read. */
export function isOf(report: Report, wish: Wish): boolean {
  if (!report.uploads.includes(wish.upload)) return false;
  return wish.sheet === null || report.kind === 'notes' || report.sheet === '' || report.sheet === wish.sheet;
}

/** Sheets of a workbook that could be read too, and nobody has asked for yet. */
export function otherSheets(report: Report, wishes: readonly Wish[]): string[] {
  const taken = wishes.filter((wish) => report.uploads.includes(wish.upload)).map((wish) => wish.sheet);
  return report.sheets.filter((sheet) => sheet !== report.sheet && !taken.includes(sheet));
}

/** One more sheet of the same workbook; the one that was read keeps its place by name. */
export function withSheet(wishes: readonly Wish[], report: Report, sheet: string): Wish[] {
  const upload = report.uploads[0] ?? '';
  const named = wishes.map((wish) => (wish.upload === upload && wish.sheet === null ? { ...wish, sheet: report.sheet } : wish));
  return [...named, { upload, kind: null, sheet }];
}

export const changed = (report: Report): boolean => report.changes.some((item) => item.inserted + item.updated + item.deleted > 0);
