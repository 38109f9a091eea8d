// A company's files on their way in: sent one after the other, looked at together whenever something about them
// changes, loaded once. No React.

import { good, isOf, MAX_FILE_BYTES, MAX_FILES, withSheet, type FilesWish, type Looked, type Report, type Wish } from './imports';
import type { Called, CallFailed } from './ports';

export interface Sending {
  done: Promise<Called<string>>; // the upload's id
  stop(): void;
}

/** What it needs of the server; `File` is whatever the outside can send. */
export interface ImportApi<File> {
  sendFile(file: File, onPart: (part: number) => void): Sending;
  dropFile(upload: string): Promise<Called<true>>;
  lookAt(wish: FilesWish): Promise<Called<Looked>>;
  loadFiles(session: number, clientId: string, wish: FilesWish): Promise<Called<unknown>>;
  createSession(): Promise<Called<number>>;
}

export interface Item {
  id: string;
  name: string;
  part: number; // of it that has been sent
  upload: string | null;
  refused: 'tooLarge' | 'empty' | CallFailed | null;
}

export interface ImportState {
  items: readonly Item[];
  wishes: readonly Wish[];
  looked: Looked | null;
  busy: 'sending' | 'looking' | 'loading' | null;
  failed: CallFailed | null; // the last look or load
  cnpj: string;
  received: string;
}

const START: ImportState = { items: [], wishes: [], looked: null, busy: null, failed: null, cnpj: '', received: '' };

interface Sendable {
  name: string;
  size: number;
}

export class Importer<File extends Sendable> {
  private state = START;
  private press: string; // carried out once, however often it is sent; a new one when what it asks for changes
  private turn = 0; // of the newest look: what older ones say no longer matters
  private stopped = false;
  private readonly listeners = new Set<() => void>();
  private readonly sending = new Set<Sending>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly api: ImportApi<File>, private readonly newId: () => string, private session: number | null) {
    this.press = newId();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): ImportState => this.state;

  /** The sheets and files that would go in. */
  ready(): Wish[] {
    return good(this.state.wishes, this.state.looked);
  }

  start(): void {
    this.stopped = false;
  }

  /** Nobody looks any more: what is on its way is cut, what was sent is forgotten. */
  stop(): void {
    this.stopped = true;
    for (const way of this.sending) way.stop();
    for (const upload of new Set(this.state.wishes.map((wish) => wish.upload))) void this.api.dropFile(upload);
  }

  add(files: readonly File[]): Promise<void> {
    const fresh = files.slice(0, MAX_FILES).map((file) => ({ file, id: this.newId() }));
    this.set({ items: [...this.state.items, ...fresh.map(({ file, id }) => ({ id, name: file.name, part: 0, upload: null, refused: refusal(file) }))] });
    const sent = this.queue.then(() => this.send(fresh));
    this.queue = sent.catch(() => undefined);
    return sent;
  }

  private async send(fresh: readonly { file: File; id: string }[]): Promise<void> {
    const before = this.state.wishes.length;
    this.set({ busy: 'sending' });
    for (const { file, id } of fresh) {
      if (this.stopped || refusal(file) || !this.state.items.some((item) => item.id === id)) continue;
      const way = this.api.sendFile(file, (part) => this.put(id, { part }));
      this.sending.add(way);
      const called = await way.done;
      this.sending.delete(way);
      if (!called.ok) this.put(id, { refused: called });
      else {
        this.put(id, { part: 1, upload: called.value });
        this.set({ wishes: [...this.state.wishes, { upload: called.value, kind: null, sheet: null }] });
      }
    }
    this.set({ busy: null });
    if (this.state.wishes.length > before) await this.look();
  }

  /** Ask what would become of all files; the answer to an older question is not waited for. */
  async look(changes: Partial<ImportState> = {}): Promise<void> {
    const mine = (this.turn += 1);
    this.press = this.newId();
    this.set({ ...changes, failed: null });
    if (this.state.wishes.length === 0) return this.set({ looked: null, busy: null });
    this.set({ busy: 'looking' });
    const called = await this.api.lookAt(this.wish(this.state.wishes));
    if (mine !== this.turn || this.stopped) return;
    this.set(called.ok ? { busy: null, looked: called.value } : { busy: null, failed: called });
  }

  /** Load what is ready; the session in which it is told, or null when it failed. */
  async load(): Promise<number | null> {
    if (this.state.busy !== null || this.ready().length === 0) return null;
    this.set({ busy: 'loading', failed: null });
    if (this.session === null) {
      const opened = await this.api.createSession();
      if (!opened.ok) return this.fail(opened);
      this.session = opened.value;
    }
    const called = await this.api.loadFiles(this.session, this.press, this.wish(this.ready()));
    if (!called.ok) return this.fail(called);
    this.set({ busy: null, wishes: [] });
    return this.session;
  }

  remove(report: Report): Promise<void> {
    const wishes = this.state.wishes.filter((wish) => !isOf(report, wish));
    const dropped = report.uploads.filter((upload) => !wishes.some((wish) => wish.upload === upload));
    for (const upload of dropped) void this.api.dropFile(upload);
    return this.look({ wishes, items: this.state.items.filter((item) => item.upload === null || !dropped.includes(item.upload)) });
  }

  removeItem(id: string): void {
    this.set({ items: this.state.items.filter((item) => item.id !== id) });
  }

  setKind(report: Report, kind: string): Promise<void> {
    return this.look({ wishes: this.state.wishes.map((wish) => (isOf(report, wish) ? { ...wish, kind: kind || null } : wish)) });
  }

  addSheet(report: Report, sheet: string): Promise<void> {
    return this.look({ wishes: withSheet(this.state.wishes, report, sheet) });
  }

  setCnpj(cnpj: string): void {
    this.set({ cnpj });
  }

  setReceived(received: string): Promise<void> {
    return this.look({ received });
  }

  private fail(failed: CallFailed): null {
    this.set({ busy: null, failed });
    return null;
  }

  private wish(files: readonly Wish[]): FilesWish {
    return { files, own_cnpj: this.state.cnpj.trim(), received_on: this.state.received || null };
  }

  private put(id: string, changes: Partial<Item>): void {
    this.set({ items: this.state.items.map((item) => (item.id === id ? { ...item, ...changes } : item)) });
  }

  private set(changes: Partial<ImportState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }
}

function refusal(file: Sendable): 'tooLarge' | 'empty' | null {
  if (file.size > MAX_FILE_BYTES) return 'tooLarge';
  return file.size === 0 ? 'empty' : null;
}
