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

const held = (link: SessionLink) => link.snapshot().state.messages.map((message) => message.content);

describe('without WebSocket', () => {
  beforeEach(() => {
    gateway.sockets = 'refuse';
  });

  it('falls back to HTTP after 3 refusals, says so, sends and receives', async () => {
    gateway.say('ai', 'história');
    const link = open();
    await clock.pass(10_000);
    expect(link.snapshot().link.kind).toBe('polling');
    expect(held(link)).toEqual(['história']);
    link.submit('pergunta');
    await clock.pass(100);
    gateway.say('ai', 'resultado');
    await clock.pass(3_100);
    expect(held(link)).toEqual(['história', 'pergunta', 'recebi: pergunta', 'resultado']);
    expect(gateway.posts).toEqual(['c1']);
  });

  it.each([
    ['accepted and closed', 1006, 10_000],
    ['accepted and closed as if all were well', 1000, 10_000],
    ['accepted, and nothing passes', 'mute', 40_000],
    ['never answered', 'hang', 40_000],
  ] as const)('falls back to HTTP when sockets are %s', async (_what, sockets, within) => {
    gateway.sockets = sockets;
    gateway.say('ai', 'história');
    const link = open();
    link.submit('pergunta');
    await clock.pass(within);
    expect(link.snapshot().link.kind).toBe('polling');
    expect(held(link)).toEqual(['história', 'pergunta', 'recebi: pergunta']);
    gateway.say('ai', 'resultado');
    await clock.pass(3_100);
    expect(held(link).at(-1)).toBe('resultado');
    gateway.sockets = 'accept';
    await clock.pass(90_000);
    expect(link.snapshot().link.kind).toBe('connected');
  });

  it('a line that was ready in between begins the count afresh', async () => {
    gateway.sockets = 1006;
    const link = open(() => 0.999);
    await clock.pass(1_300);
    for (const lived of [50_000, 60_000]) {
      gateway.sockets = 'accept';
      link.wake();
      await clock.pass(lived);
      expect(link.snapshot().link.kind).toBe('connected');
      gateway.sockets = 1006;
      gateway.cut();
      await clock.pass(3_300);
      expect(link.snapshot().link.kind).toBe('waiting');
    }
  });

  it('a proxy whose server is away is not polled, and the socket is tried soon', async () => {
    gateway.http = 502;
    const link = open(() => 0.999);
    await clock.pass(12_000);
    expect(link.snapshot().link.kind).toBe('waiting');
    gateway.http = 'works';
    gateway.sockets = 'accept';
    await clock.pass(16_000);
    expect(link.snapshot().link.kind).toBe('connected');
  });

  it('keeps trying a socket, rarely, and returns to it', async () => {
    const link = open();
    await clock.pass(10_000);
    const tried = gateway.connects.length;
    await clock.pass(120_000);
    expect(gateway.connects.length - tried).toBeGreaterThanOrEqual(1);
    expect(gateway.connects.length - tried).toBeLessThanOrEqual(3);
    gateway.sockets = 'accept';
    await clock.pass(80_000);
    expect(link.snapshot().link.kind).toBe('connected');
  });

  it('says that it is not connected when HTTP fails as well', async () => {
    const link = open();
    await clock.pass(10_000);
    gateway.http = 'fails';
    await clock.pass(4_000);
    expect(['waiting', 'connecting']).toContain(link.snapshot().link.kind);
    gateway.http = 'works';
    await clock.pass(60_000);
    expect(link.snapshot().link.kind).toBe('polling');
  });

  it('a question that the server refuses is shown with its reason', async () => {
    const link = open();
    await clock.pass(10_000);
    gateway.http = 413;
    link.submit('longa');
    await clock.pass(10);
    expect(link.snapshot().state.pending[0]?.refused).toBe('erro 413');
  });

  it('more than a page of history arrives whole', async () => {
    for (let n = 0; n < 1_200; n += 1) gateway.say('ai', `m${n}`);
    const link = open();
    await clock.pass(10_000);
    expect(held(link)).toHaveLength(1_200);
  });
});
