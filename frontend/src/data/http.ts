// Calls of the server's HTTP API. Nothing throws: a call gives a value or says why not.

import { decodeAlias, type Alias } from './aliases';
import type { Locale } from '../client/language';
import type { Sending } from '../client/importer';
import { decodeLooked, type FilesWish, type Looked } from '../client/imports';
import { linesOf, type ListLine } from '../client/list';
import type { Called } from '../client/ports';
import { decodeBook, decodeOrder, type Book, type Order, type OrderChange } from './orders';
import { sendFile } from './upload';
import { decodeMessage, isObject, type Message } from '../client/wire';

const TIMEOUT_MS = 15_000;
const READING_MS = 600_000; // of files: the server has limits of its own, and says what it is
export const PAGE = 500;

export interface Me {
  name: string;
  role: string; // viewer | buyer | manager | admin
  locale: string;
  csrf: string;
}

export interface SessionSummary {
  id: number;
  criado_em: string;
  preview: string;
  message_count: number;
  last_seq: number;
}

export interface Action {
  action_type: string;
  action_data: Record<string, unknown>;
}

export interface ListPage {
  total: number;
  rows: ListLine[];
}

type Decode<T> = (value: unknown) => T | null;

export class Api {
  private csrf = '';

  async me(): Promise<Called<Me>> {
    const called = await this.call('GET', '/api/me', undefined, decodeMe);
    if (called.ok) this.csrf = called.value.csrf;
    return called;
  }

  setLocale(locale: Locale): Promise<Called<Me>> {
    return this.change('PUT', '/api/me', { locale }, decodeMe);
  }

  async login(name: string, password: string): Promise<Called<true>> {
    return this.call('POST', '/api/login', { name, password }, () => true);
  }

  async logout(): Promise<Called<true>> {
    return this.change('POST', '/api/logout', undefined, () => true);
  }

  sessions(limit: number, before?: number): Promise<Called<SessionSummary[]>> {
    const query = before === undefined ? `limit=${limit}` : `limit=${limit}&before=${before}`;
    return this.call('GET', `/api/chat/sessions?${query}`, undefined, listOf(decodeSummary));
  }

  createSession(): Promise<Called<number>> {
    return this.change('POST', '/api/chat/sessions', {}, (value) =>
      isObject(value) && typeof value.id === 'number' ? value.id : null,
    );
  }

  deleteSession(id: number): Promise<Called<true>> {
    return this.change('DELETE', `/api/chat/sessions/${id}`, undefined, () => true);
  }

  messages(id: number, after: number): Promise<Called<Message[]>> {
    return this.call('GET', `/api/chat/sessions/${id}/messages?after=${after}&limit=${PAGE}`, undefined, listOf(decodeMessage));
  }

  ask(id: number, clientId: string, content: string): Promise<Called<Message>> {
    return this.change('POST', `/api/chat/sessions/${id}/messages`, { content, client_id: clientId }, decodeMessage);
  }

  cancelJob(id: number, jobId: string): Promise<Called<true>> {
    return this.change('POST', `/api/chat/sessions/${id}/jobs/${encodeURIComponent(jobId)}/cancel`, {}, () => true);
  }

  listRows(id: number, jobId: string, part: string, offset: number): Promise<Called<ListPage>> {
    const query = `part=${part}&offset=${offset}&limit=${PAGE}`;
    return this.call('GET', `/api/chat/sessions/${id}/lists/${encodeURIComponent(jobId)}?${query}`, undefined, decodePage);
  }

  act(id: number, action: Action): Promise<Called<Message>> {
    return this.change('POST', `/api/chat/sessions/${id}/actions`, action, decodeMessage);
  }

  aliases(): Promise<Called<Alias[]>> {
    return this.call('GET', '/api/aliases', undefined, listOf(decodeAlias));
  }

  forgetAlias(id: number): Promise<Called<true>> {
    return this.change('DELETE', `/api/aliases/${id}`, undefined, () => true);
  }

  orders(): Promise<Called<Book>> {
    return this.call('GET', '/api/orders', undefined, decodeBook);
  }

  moveOrder(number: string, change: OrderChange): Promise<Called<Order>> {
    return this.change('POST', `/api/orders/${encodeURIComponent(number)}`, change, decodeOrder);
  }

  orderText(number: string): Promise<Called<string>> {
    return this.call('GET', orderFile(number, 'txt'), undefined, (value) => (typeof value === 'string' ? value : null));
  }

  /** A file on its way; a look at what it holds is another call. */
  sendFile(file: File, onPart: (part: number) => void): Sending {
    return sendFile(file, this.csrf, onPart);
  }

  dropFile(upload: string): Promise<Called<true>> {
    return this.change('DELETE', `/api/uploads/${encodeURIComponent(upload)}`, undefined, () => true);
  }

  lookAt(wish: FilesWish): Promise<Called<Looked>> {
    return this.change('POST', '/api/imports/preview', wish, decodeLooked, READING_MS);
  }

  loadFiles(session: number, clientId: string, wish: FilesWish): Promise<Called<Message>> {
    return this.change('POST', `/api/chat/sessions/${session}/imports`, { client_id: clientId, ...wish }, decodeMessage, READING_MS);
  }

  /** A call that changes something. A token that a login in another tab made old is renewed once. */
  private async change<T>(method: string, path: string, body: unknown, decode: Decode<T>, within = TIMEOUT_MS): Promise<Called<T>> {
    const called = await this.call(method, path, body, decode, within);
    if (called.ok || called.status !== 403) return called;
    const used = this.csrf;
    const renewed = await this.me();
    return renewed.ok && this.csrf !== used ? this.call(method, path, body, decode, within) : called;
  }

  private async call<T>(method: string, path: string, body: unknown, decode: Decode<T>, within = TIMEOUT_MS): Promise<Called<T>> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (method !== 'GET') headers['X-CSRF-Token'] = this.csrf;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    try {
      const response = await fetch(path, {
        method,
        headers,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.timeout(within),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const value = response.headers.get('Content-Type')?.startsWith('text/plain') ? text : parse(text);
      if (!response.ok) return { ok: false, status: response.status, detail: detailOf(value) };
      const decoded = decode(value);
      return decoded === null ? { ok: false, status: 502, detail: '' } : { ok: true, value: decoded };
    } catch {
      return { ok: false, status: 0, detail: '' };
    }
  }
}

/** The address of an order as a file. */
export function orderFile(number: string, kind: 'csv' | 'xlsx' | 'txt'): string {
  return `/api/orders/${encodeURIComponent(number)}/export?kind=${kind}`;
}

function parse(text: string): unknown {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function detailOf(value: unknown): string {
  if (!isObject(value)) return '';
  if (typeof value.detail === 'string') return value.detail;
  return isObject(value.detail) && typeof value.detail.message === 'string' ? value.detail.message : '';
}

function listOf<T>(decode: Decode<T>): Decode<T[]> {
  return (value) => (Array.isArray(value) ? value.map(decode).filter((item) => item !== null) : null);
}

function decodePage(value: unknown): ListPage | null {
  if (!isObject(value) || typeof value.total !== 'number' || !Array.isArray(value.rows)) return null;
  return { total: value.total, rows: linesOf(value.rows) };
}

function decodeMe(value: unknown): Me | null {
  if (!isObject(value) || typeof value.name !== 'string' || typeof value.csrf !== 'string') return null;
  const role = typeof value.role === 'string' ? value.role : 'buyer';
  return { name: value.name, role, csrf: value.csrf, locale: typeof value.locale === 'string' ? value.locale : 'pt-BR' };
}

function decodeSummary(value: unknown): SessionSummary | null {
  if (!isObject(value)) return null;
  const { id, criado_em, preview, message_count, last_seq } = value;
  if (typeof id !== 'number' || typeof criado_em !== 'string') return null;
  return {
    id,
    criado_em,
    preview: typeof preview === 'string' ? preview : '',
    message_count: typeof message_count === 'number' ? message_count : 0,
    last_seq: typeof last_seq === 'number' ? last_seq : 0,
  };
}
