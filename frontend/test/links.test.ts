import { beforeEach, describe, expect, it } from 'vitest';
import { Links } from '../src/client/links';
import { Outbox } from '../src/client/outbox';
import { FakeClock } from './support/clock';
import { FakeGateway, memoryStore } from './support/gateway';

let clock: FakeClock;
let gateway: FakeGateway;
let links: Links;
let told: number;

beforeEach(() => {
  clock = new FakeClock();
  gateway = new FakeGateway(clock);
  links = new Links(gateway.outside(), new Outbox(memoryStore(), 'ana'));
  told = 0;
  links.subscribe(() => (told += 1));
});

describe('conversations out of sight', () => {
  it('are let go of when nothing runs in them', async () => {
    links.enter(7);
    await clock.pass(10);
    links.leave(7);
    expect(gateway.open).toBe(0);
    expect(links.running()).toEqual([]);
  });

  it('stay connected while an analysis runs, and no longer', async () => {
    links.enter(7);
    await clock.pass(10);
    gateway.say('human', 'oi');
    gateway.say('agent', 'começo', { type: 'analysis_started', job_id: 'j', in_reply_to: 1 });
    links.leave(7);
    expect(links.running()).toEqual([7]);
    expect(gateway.open).toBe(1);
    gateway.say('ai', 'pronto', { type: 'analysis_result', job_id: 'j', in_reply_to: 1 });
    expect(links.running()).toEqual([]);
    expect(gateway.open).toBe(0);
    expect(told).toBe(2);
  });

  it('are the same when one comes back', async () => {
    links.enter(7);
    await clock.pass(10);
    gateway.say('agent', 'começo', { type: 'analysis_started', job_id: 'j' });
    const link = links.get(7);
    links.leave(7);
    links.enter(7);
    expect(links.get(7)).toBe(link);
    expect(gateway.connects).toHaveLength(1);
    expect(links.running()).toEqual([]);
  });

  it('keep a question that waits to be sent alive', async () => {
    gateway.sockets = 'refuse';
    gateway.http = 'fails';
    links.enter(7);
    links.get(7).submit('oi');
    links.leave(7);
    await clock.pass(10);
    gateway.sockets = 'accept';
    await clock.pass(60_000);
    expect(gateway.messages.map((message) => message.content)).toEqual(['oi', 'recebi: oi']);
    expect(gateway.open).toBe(0);
  });

  it('get what an earlier page could not send', async () => {
    const store = memoryStore();
    const outbox = new Outbox(store, 'ana');
    outbox.add(7, { clientId: 'c9', content: 'oi', at: 1, refused: null });
    links = new Links(gateway.outside(), outbox);
    links.sendLeftBehind();
    await clock.pass(100);
    expect(gateway.questions).toEqual(['c9']);
    expect(gateway.open).toBe(0);
    expect(store.size()).toBe(0);
  });

  it('at most five of them', async () => {
    for (let id = 1; id <= 8; id += 1) {
      links.enter(id);
      links.get(id).submit('oi');
      links.leave(id);
    }
    expect(links.running()).toEqual([4, 5, 6, 7, 8]);
    links.stop();
    await clock.pass(10);
    expect(gateway.open).toBe(0);
  });
});
