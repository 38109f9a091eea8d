import { beforeEach, describe, expect, it } from 'vitest';
import { NEW_SESSION, Outbox } from '../src/client/outbox';
import type { Called } from '../src/client/ports';
import { Starter } from '../src/client/starter';
import { FakeClock, settle } from './support/clock';
import { memoryStore } from './support/gateway';

let clock: FakeClock;
let outbox: Outbox;
let answers: Called<number>[];
let calls: number;
let created: number[];

const DOWN: Called<number> = { ok: false, status: 0, detail: '' };
const session = (value: number): Called<number> => ({ ok: true, value });

beforeEach(() => {
  clock = new FakeClock();
  outbox = new Outbox(memoryStore(), 'ana');
  answers = [];
  calls = 0;
  created = [];
});

let ids = 0;
function starter(tab = 't1'): Starter {
  const createSession = () => {
    calls += 1;
    return Promise.resolve(answers.shift() ?? DOWN);
  };
  const made = new Starter({ createSession, clock, newId: () => `c${++ids}`, random: () => 0.5 }, outbox, tab);
  made.start((id) => created.push(id));
  return made;
}

const contents = (place: number | typeof NEW_SESSION) => outbox.list(place).map((item) => item.content);

describe('the first question of a new chat', () => {
  it('gets a session and waits there to be sent', async () => {
    answers = [session(23)];
    const made = starter();
    made.submit('Qual a demanda?');
    expect(made.snapshot().pending.map((item) => item.content)).toEqual(['Qual a demanda?']);
    await settle();
    expect(created).toEqual([23]);
    expect(contents(23)).toEqual(['Qual a demanda?']);
    expect(contents(NEW_SESSION)).toEqual([]);
  });

  it('is kept while the server is away, and two of them share one session', async () => {
    const made = starter();
    made.submit('primeira');
    await clock.pass(10);
    made.submit('segunda');
    await clock.pass(1_000);
    expect(made.snapshot().problem?.status).toBe(0);
    answers = [session(5)];
    await clock.pass(60_000);
    expect(created).toEqual([5]);
    expect(contents(5)).toEqual(['primeira', 'segunda']);
  });

  it('survives a reload of its tab', async () => {
    const before = starter();
    before.submit('pergunta');
    await clock.pass(100);
    before.stop();
    answers = [session(9)];
    starter();
    await clock.pass(60_000);
    expect(contents(9)).toEqual(['pergunta']);
  });

  it('survives a reload between the creation of its session and the page of it', async () => {
    answers = [session(23)];
    const before = starter();
    before.submit('pergunta');
    await settle();
    before.stop(); // the address that is loaded again is still that of the new chat
    created = [];
    starter();
    expect(created).toEqual([23]);
    expect(contents(23)).toEqual(['pergunta']);
    expect(outbox.waiting()).toEqual([23]);
    outbox.setOpening('t1', null);
    created = [];
    starter();
    expect(created).toEqual([]);
  });

  it('is taken by one of two tabs only, even if the first one died with it', async () => {
    let release: (called: Called<number>) => void = () => undefined;
    const hanging = new Starter({ createSession: () => new Promise((resolve) => (release = resolve)), clock, newId: () => 'x', random: () => 0.5 }, outbox, 't1');
    hanging.start((id) => created.push(id));
    hanging.submit('pergunta');
    answers = [session(2)];
    starter('t2');
    await clock.pass(10_000);
    expect(calls).toBe(0);
    await clock.pass(20_000);
    expect(created).toEqual([2]);
    release(DOWN);
  });

  it('waits longer each time, up to 8 s', async () => {
    starter().submit('oi');
    await clock.pass(300_000);
    expect(calls).toBeGreaterThan(10);
    expect(calls).toBeLessThan(90);
  });
});

describe('the outbox', () => {
  it('keeps users apart and forgets one at logout', () => {
    const store = memoryStore();
    const [ana, rui] = [new Outbox(store, 'ana'), new Outbox(store, 'rui')];
    ana.keepDraft(1, 'segredo');
    rui.keepDraft(1, 'outro');
    expect(rui.draft(1)).toBe('outro');
    ana.forgetUser();
    expect(ana.draft(1)).toBe('');
    expect(rui.draft(1)).toBe('outro');
  });

  it('ignores what it did not write', () => {
    const store = memoryStore();
    const box = new Outbox(store, 'ana');
    for (const [id, text] of Object.entries({ a: '{', b: '[]', c: '{"content":3,"at":1}', d: 'null' })) store.set(`reposto:ana:out:1:${id}`, text);
    box.add(1, { clientId: 'e', content: 'oi', at: 1, refused: null });
    expect(box.list(1).map((item) => item.clientId)).toEqual(['e']);
  });

  it('forgets a deleted session', () => {
    const store = memoryStore();
    const box = new Outbox(store, 'ana');
    box.keepDraft(1, 'x');
    box.markSeen(1, 3);
    box.add(1, { clientId: 'e', content: 'oi', at: 1, refused: null });
    box.forgetSession(1);
    expect(store.size()).toBe(0);
  });

  it('a seq once seen stays seen', () => {
    const box = new Outbox(memoryStore(), 'ana');
    box.markSeen(1, 5);
    box.markSeen(1, 3);
    expect(box.seen(1)).toBe(5);
    expect(box.seen(2)).toBeNull();
  });
});
