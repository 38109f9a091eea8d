// The conversations of this tab: the open one, and those left while something still runs in them or waits to be sent.

import { SessionLink, type View } from './driver';
import type { Outbox } from './outbox';
import type { Outside } from './ports';
import { turnsOf } from './turns';

const KEPT = 5; // sockets beside the open conversation; the server allows a user only so many

export class Links {
  private readonly links = new Map<number, { link: SessionLink; open: boolean; unsubscribe: () => void }>();
  private readonly listeners = new Set<() => void>();
  private left: readonly number[] = [];

  constructor(
    private readonly outside: Outside,
    private readonly outbox: Outbox,
  ) {}

  /** Conversations out of sight in which something runs. */
  running = (): readonly number[] => this.left;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get(sessionId: number, from = 0): SessionLink {
    return this.hold(sessionId, from).link;
  }

  /** The conversation is on the screen: connect it, if it isn't. */
  enter(sessionId: number): void {
    const held = this.hold(sessionId);
    held.open = true;
    held.link.start();
    this.settle();
  }

  /** Sends what an earlier page left behind in conversations that nobody looks at. */
  sendLeftBehind(): void {
    for (const id of this.outbox.waiting()) {
      if (this.links.has(id)) continue;
      this.enter(id);
      this.leave(id);
    }
  }

  leave(sessionId: number): void {
    const held = this.links.get(sessionId);
    if (held) held.open = false;
    this.settle();
  }

  /** The network is back or the tab visible: those out of sight must not wait either. */
  wake(): void {
    for (const { link } of this.links.values()) link.wake();
  }

  doubt(): void {
    for (const { link } of this.links.values()) link.doubt();
  }

  stop(): void {
    for (const id of [...this.links.keys()]) this.drop(id);
    this.listeners.clear();
  }

  private hold(sessionId: number, from = 0) {
    const known = this.links.get(sessionId);
    if (known) return known;
    const link = new SessionLink(this.outside, this.outbox, sessionId, from);
    const held = { link, open: true, unsubscribe: link.subscribe(() => this.settle()) }; // asked for = about to be shown
    this.links.set(sessionId, held);
    return held;
  }

  /** Lets go of what has nothing left to wait for, the longest held first. */
  private settle(): void {
    const away = [...this.links].filter(([, held]) => !held.open);
    const busy = away.filter(([, held]) => isBusy(held.link.snapshot())).map(([id]) => id);
    const kept = busy.slice(-KEPT);
    for (const [id] of away) if (!kept.includes(id)) this.drop(id);
    if (kept.join() === this.left.join()) return;
    this.left = kept;
    for (const listener of [...this.listeners]) listener();
  }

  private drop(sessionId: number): void {
    const held = this.links.get(sessionId);
    this.links.delete(sessionId);
    held?.unsubscribe();
    held?.link.stop();
  }
}

/** Whether something may still happen by itself: an analysis without an answer, a question that waits to be sent. */
export function isBusy({ state, link }: View): boolean {
  if (link.kind === 'ended') return false;
  if (state.pending.some((item) => item.refused === null)) return true;
  return turnsOf(state.messages).some((turn) => turn.message.metadata?.type === 'analysis_started' && !turn.outcome && !turn.cancelled);
}
