import { beforeEach, describe, expect, it } from 'vitest';
import { Language, SHOWN, type Locale } from '../src/client/language';
import type { Called } from '../src/client/ports';
import { settle } from './support/clock';
import { memoryStore } from './support/gateway';

let store: ReturnType<typeof memoryStore>;
let server: Locale; // what it keeps for the user
let calls: Locale[];
let answers: (() => void)[]; // while `slow`, calls that wait for their answer
let slow: boolean;
let status: number; // 200, or why it refuses

beforeEach(() => {
  store = memoryStore();
  server = 'pt-BR';
  calls = [];
  answers = [];
  slow = false;
  status = 200;
});

function save(locale: Locale): Promise<Called<unknown>> {
  calls.push(locale);
  const answer = (): Called<unknown> => {
    if (status !== 200) return { ok: false, status, detail: '' };
    server = locale;
    return { ok: true, value: null };
  };
  return slow ? new Promise((resolve) => answers.push(() => resolve(answer()))) : Promise.resolve(answer());
}

const page = () => new Language({ store, save });

function enter(user = 'ana'): Language {
  const language = page();
  language.enter(user, server);
  return language;
}

describe('the language', () => {
  it('is the user’s, whatever this browser showed before', () => {
    store.set(SHOWN, 'pt-BR');
    server = 'en';
    expect(enter().snapshot()).toBe('en');
    expect(page().snapshot()).toBe('en'); // before the next login
    expect(calls).toEqual([]);
  });

  it('changes at once and is saved for the user', async () => {
    const language = enter();
    let told = 0;
    language.subscribe(() => (told += 1));
    language.choose('en');
    expect([language.snapshot(), told]).toEqual(['en', 1]);
    await settle();
    expect([server, calls, store.keys()]).toEqual(['en', ['en'], [SHOWN]]);
  });

  it.each([0, 403, 429, 503])('that could not be saved (%d) is saved by the next page', async (refused) => {
    status = refused;
    enter().choose('en');
    await settle();
    status = 200;
    expect(enter().snapshot()).toBe('en');
    await settle();
    expect([server, calls]).toEqual(['en', ['en', 'en']]);
  });

  it('or when the network is back', async () => {
    status = 0;
    const language = enter();
    language.choose('en');
    await settle();
    status = 200;
    language.wake();
    await settle();
    language.wake();
    await settle();
    expect([server, calls]).toEqual(['en', ['en', 'en']]);
  });

  it('that the server will never take is not offered again', async () => {
    status = 422;
    const language = enter();
    language.choose('en');
    await settle();
    language.wake();
    await settle();
    expect(calls).toEqual(['en']);
  });

  it('chosen last is the one that stays, however slow the answers are', async () => {
    slow = true;
    const language = enter();
    for (const locale of ['en', 'pt-BR', 'en', 'pt-BR'] as const) language.choose(locale);
    expect(calls).toEqual(['en']); // one at a time: two could overtake each other
    while (answers.length > 0) {
      answers.shift()?.();
      await settle();
    }
    expect([server, language.snapshot()]).toEqual(['pt-BR', 'pt-BR']);
    expect(calls).toEqual(['en', 'pt-BR']);
    expect(store.keys()).toEqual([SHOWN]);
  });

  it('of one user is not saved for another', async () => {
    status = 0;
    enter('ana').choose('en');
    await settle();
    status = 200;
    expect(enter('rui').snapshot()).toBe('pt-BR');
    await settle();
    expect(calls).toEqual(['en']);
  });

  it('follows another tab without saving it twice', async () => {
    const language = enter();
    language.follow('en');
    language.follow(null);
    await settle();
    expect([language.snapshot(), calls]).toEqual(['en', []]);
  });
});
