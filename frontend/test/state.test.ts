import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialState, reduce, type SessionState } from '../src/client/state';
import { decodeFrame, type Frame } from '../src/client/wire';

const AT = 1_000;

function message(seq: number, metadata: object | null = null, session = 7): Frame {
  const frame = { type: 'message', id: seq, session_id: session, seq, sender: 'ai', content: `m${seq}`, criado_em: '2026-11-22T10:00:00-03:00', metadata };
  return decodeFrame(JSON.stringify(frame));
}

const feed = (state: SessionState, ...frames: Frame[]): SessionState =>
  frames.reduce((held, frame) => reduce(held, { kind: 'frame', frame, at: AT }), state);

const seqs = (state: SessionState) => state.messages.map((held) => held.seq);
const ready = (lastSeq: number, jobs: object[] = []): Frame => decodeFrame(JSON.stringify({ type: 'ready', session_id: 7, last_seq: lastSeq, epoch: 'e', jobs }));
const progress = (rev: number, job = 'j'): Frame =>
  decodeFrame(JSON.stringify({ type: 'progress', job_id: job, rev, state: 'running', steps: [{ name: 'demand', label: 'Demanda', state: 'running', seconds: null }], done: 0, total: 4 }));

describe('messages', () => {
  it('are kept in order, a repeated one once', () => {
    const state = feed(initialState(7), message(1), message(2), message(2), message(1), message(3));
    expect(seqs(state)).toEqual([1, 2, 3]);
    expect(state.counters.duplicates).toBe(2);
    expect(state.gap).toBe(false);
  });

  it('that skip a seq are refused and ask for a reconnect', () => {
    const state = feed(initialState(7), message(1), message(3), message(4));
    expect(seqs(state)).toEqual([1]);
    expect(state.gap).toBe(true);
    expect(state.counters.gaps).toBe(1);
    expect(reduce(state, { kind: 'connecting' }).gap).toBe(false);
  });

  it('of another session never enter', () => {
    expect(seqs(feed(initialState(7), message(1, null, 8)))).toEqual([]);
  });

  it('confirm the own question by client_id', () => {
    const pending = { clientId: 'c1', content: 'oi', at: AT, refused: null };
    const state = feed(reduce(initialState(7), { kind: 'submit', pending }), message(1, { client_id: 'c1' }));
    expect(state.pending).toEqual([]);
  });

  it('missing at ready are a gap', () => {
    expect(feed(initialState(7), message(1), ready(2)).gap).toBe(true);
    expect(feed(initialState(7), message(1), message(2), ready(2)).gap).toBe(false);
  });

  it('are forgotten at reset, unsent questions are not', () => {
    const pending = { clientId: 'c1', content: 'oi', at: AT, refused: null };
    const held = feed(reduce(initialState(7), { kind: 'submit', pending }), message(1), message(2));
    const state = feed(held, { type: 'reset', epoch: 'e2' }, message(1));
    expect(seqs(state)).toEqual([1]);
    expect(state.epoch).toBe('e2');
    expect(state.pending).toEqual([pending]);
  });
});

describe('progress', () => {
  it('keeps the highest rev of each job', () => {
    const state = feed(initialState(7), progress(3), progress(2), progress(5, 'k'), progress(4));
    expect(state.jobs.j?.rev).toBe(4);
    expect(state.jobs.k?.rev).toBe(5);
    expect(state.counters.stale).toBe(1);
  });

  it('is taken from ready for a tab that opens later, unless something newer is known', () => {
    const job = { job_id: 'j', rev: 2, state: 'running', steps: [], done: 0, total: 4 };
    expect(feed(initialState(7), ready(0, [job])).jobs.j?.rev).toBe(2);
    expect(feed(initialState(7), progress(9), ready(0, [job])).jobs.j?.rev).toBe(9);
  });

  it('ends with its outcome and stays ended', () => {
    const state = feed(initialState(7), progress(1), message(1, { type: 'analysis_result', job_id: 'j' }), progress(2));
    expect(state.jobs).toEqual({});
  });

  it('of several jobs ends with the one message that cancels them', () => {
    const cancelled = message(1, { type: 'analysis_cancelled', job_id: 'j', job_ids: ['j', 'k'] });
    expect(feed(initialState(7), progress(1), progress(1, 'k'), cancelled).jobs).toEqual({});
  });
});

describe('errors', () => {
  const pending = { clientId: 'c1', content: 'oi', at: AT, refused: null };
  const asked = reduce(initialState(7), { kind: 'submit', pending });
  const error = (code: string): Frame => ({ type: 'error', code, detail: 'não', clientId: 'c1' });

  it('mark the question that was refused', () => {
    expect(feed(asked, error('too_long')).pending[0]?.refused).toBe('não');
  });

  it('that pass leave the question in the queue', () => {
    const state = feed(asked, error('too_many'));
    expect(state.pending[0]?.refused).toBeNull();
    expect(state.notice).toBe('não');
  });
});

describe('R5: a newer server', () => {
  const plain = { type: 'message', id: 1, session_id: 7, seq: 1, sender: 'ai', content: 'm1', criado_em: '2026-11-22T10:00:00-03:00', metadata: null };
  const job = { job_id: 'j', rev: 1, state: 'running', steps: [{ name: 'demand', label: 'Demanda', state: 'running', seconds: null }], done: 0, total: 4 };
  const newer = (frame: object): Frame => decodeFrame(JSON.stringify({ ...frame, since: 2, more: { deep: [1] } }));

  it('may say more of what is known: the rest is taken, what is new is not', () => {
    expect(newer(plain)).toEqual(decodeFrame(JSON.stringify(plain)));
    expect(newer({ type: 'progress', ...job })).toEqual(decodeFrame(JSON.stringify({ type: 'progress', ...job })));
    expect(newer({ type: 'ready', last_seq: 1, epoch: 'e', jobs: [{ ...job, since: 2 }] })).toEqual(ready(1, [job]));
    expect(newer({ type: 'pong' })).toEqual({ type: 'pong' });
  });

  it('may send what is not known at all: counted, and nothing else changes', () => {
    const before = feed(initialState(7), decodeFrame(JSON.stringify(plain)));
    const after = feed(before, newer({ type: 'presence', session_id: 7, seq: 2 }), newer({ type: 'presence' }));
    expect(after).toEqual({ ...before, counters: { ...before.counters, unknown: 2 } });
  });
});

/** Frames as a server of another version, or a broken one, might send them. */
const anyFrame = fc.oneof(
  fc.string(),
  fc.json(),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.record({ type: fc.constantFrom('message', 'ready', 'reset', 'progress', 'error', 'pong', 'delta', 'x'), seq: fc.oneof(fc.integer(), fc.anything()), session_id: fc.constantFrom(7, 8, '7', null), id: fc.oneof(fc.nat(), fc.anything()), sender: fc.constantFrom('ai', 'human', 'root', 3), content: fc.oneof(fc.string(), fc.anything()), criado_em: fc.oneof(fc.string(), fc.anything()), metadata: fc.anything(), last_seq: fc.oneof(fc.nat(9), fc.anything()), epoch: fc.oneof(fc.string(), fc.anything()), jobs: fc.anything(), job_id: fc.oneof(fc.constant('j'), fc.anything()), rev: fc.oneof(fc.nat(9), fc.anything()), state: fc.oneof(fc.constant('running'), fc.anything()), steps: fc.oneof(fc.array(fc.anything()), fc.anything()) }).map((frame) => JSON.stringify(frame)),
  fc.nat(12).map((seq) => JSON.stringify({ type: 'message', id: seq, session_id: 7, seq, sender: 'ai', content: '', criado_em: '', metadata: null })),
);

describe('C8: anything may arrive', () => {
  it('10,000 random frames: no exception, seq ascending without gaps, unknown ones counted', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { minLength: 100, maxLength: 100 }), (frames) => {
        let state = initialState(7);
        for (const text of frames) {
          const frame = decodeFrame(text);
          const before = state;
          state = reduce(state, { kind: 'frame', frame, at: AT });
          const whole = state.messages.length === state.lastSeq && state.messages.every((held, index) => held.seq === index + 1);
          const onward = frame.type === 'reset' || state.lastSeq >= before.lastSeq;
          const counted = frame.type !== 'unknown' && frame.type !== 'malformed' ? true : state.counters[frame.type] === before.counters[frame.type] + 1;
          if (!(whole && onward && counted)) expect({ whole, onward, counted, text }).toBe('sound');
        }
      }),
      { numRuns: 100 },
    );
  });

  it.each([null, undefined, 3, new Uint8Array(3), '', '[]', '{"type":"message"}', '{"type":5}'])('%s is malformed', (data) => {
    expect(decodeFrame(data).type).toBe('malformed');
  });
});
