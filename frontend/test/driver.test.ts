import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { SessionLink } from '../src/client/driver';
import { Outbox } from '../src/client/outbox';
import { FakeClock, settle } from './support/clock';
import { FakeGateway, memoryStore } from './support/gateway';

let clock: FakeClock;
let gateway: FakeGateway;
let store: ReturnType<typeof memoryStore>;

beforeEach(() => {
  clock = new FakeClock();
  gateway = new FakeGateway(clock);
  store = memoryStore();
});

function open(random?: () => number): SessionLink {
  const link = new SessionLink(gateway.outside(random), new Outbox(store, 'ana'), 7);
  link.start();
  return link;
}

async function connected(): Promise<SessionLink> {
  const link = open();
  await clock.pass(10);
  expect(link.snapshot().link.kind).toBe('connected');
  return link;
}

const held = (link: SessionLink) => link.snapshot().state.messages.map((message) => message.content);
const kept = (link: SessionLink) => link.snapshot().state.pending.map((item) => item.content);
const truth = () => gateway.messages.map((message) => message.content);

describe('resume', () => {
  it('replays from the start on a fresh load and from the cursor afterwards', async () => {
    gateway.say('ai', 'um');
    gateway.say('ai', 'dois');
    const link = await connected();
    gateway.cut();
    gateway.say('ai', 'três');
    await clock.pass(2_000);
    expect(held(link)).toEqual(['um', 'dois', 'três']);
    expect(gateway.resumes).toEqual([{ after: 0, epoch: null }, { after: 2, epoch: 'e1' }]);
  });

  it('forgets everything when a backup was restored', async () => {
    for (const text of ['a', 'b', 'c']) gateway.say('ai', text);
    const link = await connected();
    gateway.restore(1);
    gateway.say('ai', 'novo');
    await clock.pass(3_000);
    expect(held(link)).toEqual(['a', 'novo']);
  });

  it('asks again from the cursor when a seq is skipped', async () => {
    gateway.say('ai', 'um');
    const link = await connected();
    gateway.messages.push({ ...gateway.say('ai', 'dois'), seq: 3, id: 103, content: 'três' });
    gateway.raw(JSON.stringify({ type: 'message', ...gateway.messages[2], seq: 9 }));
    await clock.pass(2_000);
    expect(held(link)).toEqual(['um', 'dois', 'três']);
    expect(gateway.connects).toHaveLength(2);
  });

  it('C1: whatever is cut whenever, the messages end up complete, in order, once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('say', 'cut', 'hole', 'ask', 'wait', 'long', 'lose', 'restart'), { maxLength: 40 }), fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), async (steps, randoms) => {
        clock = new FakeClock();
        gateway = new FakeGateway(clock);
        store = memoryStore();
        const link = open(() => Number(randoms.next().value));
        let asked = 0;
        for (const step of steps) {
          if (step === 'say') gateway.say('ai', `m${gateway.messages.length}`);
          if (step === 'cut') gateway.cut();
          if (step === 'restart') gateway.cut(1012);
          if (step === 'hole') gateway.blackHole();
          if (step === 'lose') gateway.loseQuestions = 1;
          if (step === 'ask') link.submit(`q${++asked}`);
          await clock.pass(step === 'wait' ? 700 : step === 'long' ? 40_000 : 3);
        }
        await clock.pass(300_000);
        expect(held(link)).toEqual(truth());
        expect(truth().filter((text) => text.startsWith('q'))).toHaveLength(asked);
        expect(kept(link)).toEqual([]);
        expect(store.size()).toBe(0);
        link.stop();
      }),
      { numRuns: 60 },
    );
  });
});

describe('dead lines', () => {
  it('C2: a line that died silently is noticed within 35 s', async () => {
    const link = await connected();
    gateway.blackHole();
    await clock.pass(35_100);
    expect(gateway.connects).toHaveLength(1);
    expect(link.snapshot().link.kind).not.toBe('connected');
    await clock.pass(1_100);
    expect(link.snapshot().link.kind).toBe('connected');
  });

  it('a living line is left alone', async () => {
    const link = await connected();
    await clock.pass(600_000);
    expect(gateway.connects).toHaveLength(1);
    expect(link.snapshot().link.kind).toBe('connected');
  });

  it('C7: after 8 h of sleep there is one connect within 5 s, whatever wakes first', async () => {
    const link = await connected();
    gateway.blackHole();
    gateway.say('ai', 'durante a noite');
    clock.sleep(8 * 3_600_000);
    link.wake();
    link.wake();
    await clock.pass(100);
    expect(link.snapshot().link.kind).toBe('connected');
    await clock.pass(4_900);
    link.wake();
    expect(gateway.connects).toHaveLength(2);
    expect(held(link)).toEqual(['durante a noite']);
  });

  it('C7: timers alone wake it too', async () => {
    const link = await connected();
    gateway.blackHole();
    clock.sleep(8 * 3_600_000);
    await clock.pass(5_000);
    expect(gateway.connects).toHaveLength(2);
    expect(link.snapshot().link.kind).toBe('connected');
  });

  it('a server that accepts and then says nothing is given up', async () => {
    gateway.sockets = 'hang';
    const link = open();
    await clock.pass(15_100);
    expect(link.snapshot().link.kind).not.toBe('connected');
    gateway.sockets = 'accept';
    await clock.pass(32_000);
    expect(link.snapshot().link.kind).toBe('connected');
  });

  it('when the browser says offline but the server answers, it stays connected', async () => {
    const link = await connected();
    link.doubt();
    await clock.pass(10_000);
    expect(gateway.connects).toHaveLength(1);
    expect(link.snapshot().link.kind).toBe('connected');
  });

  it('when the browser says offline and the server is silent, it is known within 4 s', async () => {
    const link = await connected();
    gateway.blackHole();
    link.doubt();
    gateway.sockets = 'refuse';
    gateway.http = 'fails';
    await clock.pass(4_100);
    expect(link.snapshot().link.kind).not.toBe('connected');
  });
});

describe('questions', () => {
  it('are shown at once and reconciled by client_id', async () => {
    const link = await connected();
    link.submit('oi');
    expect(truth()).toContain('oi');
    await settle();
    expect(kept(link)).toEqual([]);
    expect(held(link)).toEqual(['oi', 'recebi: oi']);
    expect(store.size()).toBe(0);
  });

  it('C10: asked offline, they survive a reload and are stored once', async () => {
    gateway.sockets = 'refuse';
    gateway.http = 'fails';
    const before = open();
    await clock.pass(10);
    before.submit('primeira');
    await clock.pass(10);
    before.submit('segunda');
    expect(kept(before)).toEqual(['primeira', 'segunda']);
    before.stop();
    const after = open();
    expect(kept(after)).toEqual(['primeira', 'segunda']);
    gateway.sockets = 'accept';
    await clock.pass(40_000);
    expect(truth().filter((text) => !text.startsWith('recebi'))).toEqual(['primeira', 'segunda']);
    expect(kept(after)).toEqual([]);
    expect(store.size()).toBe(0);
  });

  it('whose confirmation was lost are sent again with the same id and stored once', async () => {
    const link = await connected();
    gateway.loseQuestions = 1;
    link.submit('oi');
    await clock.pass(2_000);
    expect(gateway.questions).toEqual(['c1', 'c1'].slice(0, gateway.questions.length));
    expect(truth().filter((text) => text === 'oi')).toHaveLength(1);
    expect(held(link)).toEqual(truth());
    expect(kept(link)).toEqual([]);
  });

  it('that waited are sent the moment the line is back', async () => {
    const link = await connected();
    gateway.sockets = 'refuse';
    gateway.http = 'fails';
    gateway.cut();
    await clock.pass(5_000);
    link.submit('oi');
    await clock.pass(1_000);
    gateway.sockets = 'accept';
    link.wake();
    await clock.pass(50);
    expect(truth()).toContain('oi');
  });

  it('that got lost on a living line are sent again with the next ping', async () => {
    const link = await connected();
    gateway.ignoreQuestions = 1;
    link.submit('oi');
    await clock.pass(26_000);
    expect(truth().filter((text) => text === 'oi')).toHaveLength(1);
    expect(kept(link)).toEqual([]);
  });

  it('that are refused stay with the reason and are not sent again', async () => {
    const link = await connected();
    gateway.blackHole();
    link.submit('longa');
    gateway.cut();
    gateway.refuseQuestions = true;
    await clock.pass(60_000);
    expect(link.snapshot().state.pending[0]?.refused).toBe('recusada');
    expect(gateway.questions).toEqual(['c1']);
    link.discard('c1');
    expect(kept(link)).toEqual([]);
    expect(store.size()).toBe(0);
  });
});
