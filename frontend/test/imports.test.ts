import { describe, expect, it } from 'vitest';
import { Importer, type ImportApi } from '../src/client/importer';
import { decodeLooked, good, otherSheets, withSheet, type FilesWish, type Looked } from '../src/client/imports';
import type { Called } from '../src/client/ports';

const report = (upload: string, changes: Record<string, unknown> = {}) => ({
  uploads: [upload], name: `${upload}.csv`, kind: 'sales', lines: 2, changes: [{ kind: 'sales', inserted: 2, updated: 0, unchanged: 0, deleted: 0 }],
  ignored: [], warnings: [], sheet: '', sheets: [], problem: null, ...changes,
});
const problem = { sentence: 'Não.', rows: [{ row: 2, column: 'SKU', value: 'x', reason: 'y' }], more: 3, ask: 'kind', kinds: ['sales'] };
const looked = (...files: unknown[]): Looked => {
  const read = decodeLooked({ files, demo: false });
  if (!read) throw new Error('not a look');
  return read;
};

/** A server whose answers come when the test says so. */
class Server implements ImportApi<{ name: string; size: number }> {
  looks: { wish: FilesWish; answer(value: Called<Looked>): void }[] = [];
  loads: { session: number; clientId: string; files: readonly string[] }[] = [];
  dropped: string[] = [];
  sessions = 0;
  refuse = false;
  sendFile(file: { name: string }) {
    return { done: Promise.resolve<Called<string>>(file.name === 'bad' ? { ok: false, status: 413, detail: 'grande' } : { ok: true, value: file.name }), stop: () => undefined };
  }
  dropFile(upload: string): Promise<Called<true>> {
    this.dropped.push(upload);
    return Promise.resolve({ ok: true, value: true });
  }
  lookAt(wish: FilesWish): Promise<Called<Looked>> {
    return new Promise((answer) => this.looks.push({ wish, answer }));
  }
  loadFiles(session: number, clientId: string, wish: FilesWish): Promise<Called<unknown>> {
    this.loads.push({ session, clientId, files: wish.files.map((file) => file.upload) });
    return Promise.resolve(this.refuse ? { ok: false, status: 0, detail: '' } : { ok: true, value: null });
  }
  createSession(): Promise<Called<number>> {
    this.sessions += 1;
    return Promise.resolve({ ok: true, value: 7 });
  }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
let ids = 0;
const make = (server: Server, session: number | null = null) => new Importer(server, () => String((ids += 1)), session);
const file = (name: string, size = 10) => ({ name, size });

describe('files on their way in', () => {
  it('are looked at together once all are sent, and only the right ones are loaded', async () => {
    const server = new Server();
    const importer = make(server);
    void importer.add([file('a'), file('bad'), file('b'), file('c', 0), file('d', 40 * 1024 * 1024)]);
    await settle();
    expect(server.looks).toHaveLength(1);
    expect(server.looks[0]?.wish.files.map((wish) => wish.upload)).toEqual(['a', 'b']);
    server.looks[0]?.answer({ ok: true, value: looked(report('a'), report('b', { problem })) });
    await settle();
    expect(importer.snapshot().items.map((item) => item.refused)).toEqual([null, { ok: false, status: 413, detail: 'grande' }, null, 'empty', 'tooLarge']);
    expect(await importer.load()).toBe(7);
    expect(server.loads.map((load) => load.files)).toEqual([['a']]);
  });

  it('are loaded under one id however often the button is pressed, in one session', async () => {
    const server = new Server();
    const importer = make(server);
    void importer.add([file('a')]);
    await settle();
    server.looks[0]?.answer({ ok: true, value: looked(report('a')) });
    await settle();
    server.refuse = true; // the answer got lost
    expect(await Promise.all([importer.load(), importer.load()])).toEqual([null, null]);
    expect(importer.snapshot().failed?.status).toBe(0);
    server.refuse = false;
    expect(await importer.load()).toBe(7);
    expect(server.loads).toHaveLength(2);
    expect(new Set(server.loads.map((load) => load.clientId)).size).toBe(1);
    expect(server.sessions).toBe(1);
  });

  it('are not judged by the answer to an older question', async () => {
    const server = new Server();
    const importer = make(server, 3);
    void importer.add([file('a')]);
    await settle();
    server.looks[0]?.answer({ ok: true, value: looked(report('a', { kind: '', problem })) });
    await settle();
    const [first] = importer.snapshot().looked?.files ?? [];
    if (!first) throw new Error('no report');
    void importer.setKind(first, 'stock');
    void importer.setKind(first, 'sales');
    server.looks[2]?.answer({ ok: true, value: looked(report('a')) });
    await settle();
    server.looks[1]?.answer({ ok: true, value: looked(report('a', { problem })) });
    await settle();
    expect(importer.snapshot().looked?.files[0]?.problem).toBeNull();
    expect(await importer.load()).toBe(3);
  });

  it('are forgotten when they are taken out, or the dialog is closed', async () => {
    const server = new Server();
    const importer = make(server);
    void importer.add([file('a'), file('b')]);
    await settle();
    server.looks[0]?.answer({ ok: true, value: looked(report('a'), report('b')) });
    await settle();
    const [first] = importer.snapshot().looked?.files ?? [];
    if (first) void importer.remove(first);
    expect(server.dropped).toEqual(['a']);
    importer.stop();
    expect(server.dropped).toEqual(['a', 'b']);
  });
});

describe('sheets of a workbook', () => {
  const [book] = looked(report('w', { sheet: 'Produtos', sheets: ['Produtos', 'Vendas'] })).files;

  it('that fit too can be taken along', () => {
    if (!book) throw new Error('no report');
    const wishes = [{ upload: 'w', kind: null, sheet: null }];
    expect(otherSheets(book, wishes)).toEqual(['Vendas']);
    const both = withSheet(wishes, book, 'Vendas');
    expect(both.map((wish) => wish.sheet)).toEqual(['Produtos', 'Vendas']);
    expect(otherSheets(book, both)).toEqual([]);
    expect(good(both, looked(report('w', { sheet: 'Produtos' }), report('w', { sheet: 'Vendas', problem }))).map((wish) => wish.sheet)).toEqual(['Produtos']);
  });
});
