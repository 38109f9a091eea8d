import { beforeEach, describe, expect, it } from 'vitest';
import { SessionLink } from '../src/client/driver';
import { Outbox } from '../src/client/outbox';
import { FakeClock } from './support/clock';
import { FakeGateway, memoryStore } from './support/gateway';

let clock: FakeClock;
let gateway: FakeGateway;

beforeEach(() => {
  clock = new FakeClock();
  gateway = new FakeGateway(clock);
});

function open(random?: () => number): SessionLink {
  const link = new SessionLink(gateway.outside(random), new Outbox(memoryStore(), 'ana'), 7);
  link.start();
  return link;
}

async function connected(): Promise<SessionLink> {
  const link = open();
  await clock.pass(10);
  expect(link.snapshot().link.kind).toBe('connected');
  return link;
}

describe('reconnecting', () => {
  it('C9: a server that always refuses gets at most 20 attempts in 5 minutes', async () => {
    gateway.sockets = 'refuse';
    gateway.http = 'fails';
    const link = open(() => 0); // the jitter at its worst
    for (let second = 0; second < 300; second += 1) {
      link.wake();
      await clock.pass(1_000);
    }
    expect(gateway.connects.length).toBeLessThanOrEqual(20);
    expect(gateway.connects.length).toBeGreaterThan(5);
  });

  it('C9: so does one that accepts and closes at once', async () => {
    gateway.sockets = 1012;
    open(() => 0);
    await clock.pass(299_000);
    expect(gateway.connects.length).toBeLessThanOrEqual(20);
  });

  it.each([
    [4401, 'login'],
    [4403, 'forbidden'],
    [4404, 'gone'],
  ])('%i ends it: no further attempt', async (code, reason) => {
    gateway.sockets = code;
    const link = open();
    await clock.pass(10);
    link.wake();
    await clock.pass(600_000);
    expect(gateway.connects).toHaveLength(1);
    expect(link.snapshot().link).toEqual({ kind: 'ended', reason });
  });

  it('4429 waits minutes, and nothing shortens that', async () => {
    gateway.sockets = 4429;
    const link = open();
    await clock.pass(10);
    link.wake();
    await clock.pass(100_000);
    expect(gateway.connects).toHaveLength(1);
    expect(link.snapshot().link.kind).toBe('limited');
    gateway.sockets = 'accept';
    await clock.pass(150_000);
    expect(link.snapshot().link.kind).toBe('connected');
  });

  it.each([4408, 1012, 1006])('%i comes back with jitter', async (code) => {
    const link = await connected();
    gateway.cut(code);
    expect(link.snapshot().link.kind).toBe('waiting');
    await clock.pass(1_100);
    expect(link.snapshot().link.kind).toBe('connected');
  });

  describe.each([
    ['a restart', 1012, 1_000],
    ['a healthy line', 1006, 11_000],
  ])('after %s', (_what, code, lived) => {
    it.each([0, 0.5, 0.999])('the first two attempts come soon, but not at once (random %d)', async (random) => {
      const link = open(() => random);
      await clock.pass(10);
      for (const most of [1_200, 2_000]) {
        gateway.cut(1006); // short-lived: these count as failures, which must be forgotten
        await clock.pass(most + 10);
      }
      await clock.pass(lived);
      expect(link.snapshot().link.kind).toBe('connected');
      gateway.sockets = 'refuse';
      const from = clock.now();
      gateway.cut(code);
      await clock.pass(4_000);
      const [first = NaN, second = NaN] = gateway.connects.filter((at) => at >= from);
      expect(first - from).toBeGreaterThanOrEqual(200);
      expect(first - from).toBeLessThanOrEqual(1_200);
      expect(second - first).toBeGreaterThanOrEqual(500);
      expect(second - first).toBeLessThanOrEqual(2_005); // it was refused after 5 ms
    });
  });

  it('1,000 tabs that a restart cuts off come back spread over a second', async () => {
    let seed = 1;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const tabs = Array.from({ length: 1_000 }, () => open(random));
    await clock.pass(10);
    expect(gateway.connects).toHaveLength(1_000);
    const from = clock.now();
    gateway.cut(1012);
    await clock.pass(2_000);
    const back = gateway.connects.slice(1_000).map((at) => at - from);
    expect(back).toHaveLength(1_000);
    const tenths = Array.from({ length: 20 }, (_, tenth) => back.filter((at) => Math.floor(at / 100) === tenth).length);
    expect(Math.max(...tenths)).toBeLessThan(150); // evenly: 100 in each tenth of a second
    expect(tabs.every((tab) => tab.snapshot().link.kind === 'connected')).toBe(true);
  });

  it('G4: they come back over as long as the server that leaves asks for', async () => {
    let seed = 1;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let tab = 0; tab < 1_000; tab += 1) open(random);
    await clock.pass(10);
    const from = clock.now();
    gateway.cut(1012, 'spread=17');
    await clock.pass(20_000);
    const back = gateway.connects.slice(1_000).map((at) => at - from);
    expect(back).toHaveLength(1_000);
    const seconds = Array.from({ length: 20 }, (_, second) => back.filter((at) => Math.floor(at / 1_000) === second).length);
    expect(Math.max(...seconds)).toBeLessThan(95); // evenly: 59 in each second
    expect(Math.max(...back)).toBeLessThan(18_300);
  });

  it.each(['', 'spread=', 'spread=-5', 'spread=1e9', 'spread=9999', 'x spread=30'])('no odd reason (%s) keeps a tab away', async (reason) => {
    const link = await connected();
    gateway.cut(1012, reason);
    await clock.pass(1_210);
    expect(link.snapshot().link.kind).toBe('connected');
  });

  it('C9: a server that becomes ready and restarts, again and again, doesn’t use up the attempts', async () => {
    open();
    for (let second = 0; second < 600; second += 1) {
      await clock.pass(1_000);
      gateway.cut(1012);
    }
    const { connects } = gateway;
    for (const at of connects) expect(connects.filter((other) => other > at - 300_000 && other <= at).length).toBeLessThanOrEqual(20);
    const pauses = [...connects.slice(1), clock.now()].map((at, index) => at - (connects[index] ?? 0));
    expect(Math.max(...pauses)).toBeLessThan(100_000); // nobody waits for minutes once the server stays
  });

  it('is immediate when the network is back or the tab visible', async () => {
    const link = await connected();
    gateway.sockets = 'refuse';
    gateway.http = 'fails';
    gateway.cut();
    await clock.pass(20_000);
    gateway.sockets = 'accept';
    const before = clock.now();
    await clock.pass(1_000);
    link.wake();
    await clock.pass(10);
    expect(link.snapshot().link.kind).toBe('connected');
    expect(clock.now() - before).toBeLessThan(1_100);
  });

  it('a refused handshake with a dead login goes to the login', async () => {
    gateway.sockets = 'refuse';
    gateway.http = 401;
    const link = open();
    await clock.pass(100);
    expect(link.snapshot().link).toEqual({ kind: 'ended', reason: 'login' });
  });
});
