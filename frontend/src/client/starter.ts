// The first question of a new chat: kept until a session exists for it, whatever happens to the network or the page.

import { jitter } from './backoff';
import { NEW_SESSION, type Outbox } from './outbox';
import type { Called, Clock } from './ports';
import type { Pending } from './state';

export interface StarterOutside {
  createSession(): Promise<Called<number>>;
  clock: Clock;
  newId(): string;
  random(): number;
}

export interface StarterView {
  pending: readonly Pending[];
  retryAt: number | null;
  problem: { status: number; detail: string } | null;
}

const PATIENCE_MS = 8_000; // one small call; the buyer is waiting in front of an empty conversation
const LEASE_MS = 20_000; // longer than the HTTP time-out: two tabs must not both create a session for one question

export class Starter {
  private view: StarterView;
  private readonly listeners = new Set<() => void>();
  private cancelRetry: (() => void) | null = null;
  private busy = false;
  private failures = 0;
  private stopped = false;
  private onCreated: (sessionId: number) => void = () => undefined;

  constructor(
    private readonly outside: StarterOutside,
    private readonly outbox: Outbox,
    private readonly tab: string,
  ) {
    this.view = { pending: outbox.list(NEW_SESSION), retryAt: null, problem: null };
  }

  snapshot = (): StarterView => this.view;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(onCreated: (sessionId: number) => void): void {
    this.onCreated = onCreated;
    this.stopped = false;
    const opening = this.outbox.opening(this.tab);
    if (opening !== null) onCreated(opening);
    this.wake();
  }

  submit(content: string): void {
    const { clock, newId } = this.outside;
    this.outbox.add(NEW_SESSION, { clientId: newId(), content, at: clock.now(), refused: null });
    this.update({ pending: this.outbox.list(NEW_SESSION), problem: null });
    this.wake();
  }

  discard(clientId: string): void {
    this.outbox.remove(NEW_SESSION, clientId);
    this.update({ pending: this.outbox.list(NEW_SESSION) });
  }

  stop(): void {
    this.stopped = true;
    this.cancelRetry?.();
  }

  /** Try now: at start, on a new question, when the network is back. */
  wake(): void {
    void this.create();
  }

  private async create(): Promise<void> {
    const pending = this.outbox.list(NEW_SESSION);
    this.update({ pending });
    if (this.busy || this.stopped || pending.length === 0) return;
    const { clock } = this.outside;
    this.cancelRetry?.();
    if (!this.outbox.claim(NEW_SESSION, this.tab, clock.now(), LEASE_MS)) return this.retryIn(LEASE_MS / 4);
    this.busy = true;
    const called = await this.outside.createSession();
    this.busy = false;
    if (called.ok) return this.created(called.value);
    this.outbox.release(NEW_SESSION, this.tab);
    this.update({ problem: { status: called.status, detail: called.detail } });
    this.retryIn(jitter(this.failures, this.outside.random, PATIENCE_MS));
    this.failures += 1;
  }

  private created(sessionId: number): void {
    this.outbox.setOpening(this.tab, sessionId);
    for (const item of this.outbox.list(NEW_SESSION)) this.outbox.move(item, sessionId);
    this.outbox.release(NEW_SESSION, this.tab);
    this.failures = 0;
    this.update({ pending: [], retryAt: null, problem: null });
    if (!this.stopped) this.onCreated(sessionId);
  }

  private retryIn(ms: number): void {
    if (this.stopped) return;
    this.update({ retryAt: this.outside.clock.now() + ms });
    this.cancelRetry = this.outside.clock.after(ms, () => this.wake());
  }

  private update(change: Partial<StarterView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of [...this.listeners]) listener();
  }
}
