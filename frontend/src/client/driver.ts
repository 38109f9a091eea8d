// Keeps one conversation connected: resume by cursor, reconnect with jitter, detect dead lines, fall back to HTTP.

import { admit, jitter, mayHurry, spreadOf } from './backoff';
import type { Outbox } from './outbox';
import type { CallFailed, Outside, Socket } from './ports';
import { initialState, reduce, type Event, type SessionState } from './state';
import { CLOSE, decodeFrame } from './wire';

export const PING_MS = 25_000; // with PONG_MS: a line that died silently is noticed within 35 s
export const PONG_MS = 10_000;
const PROBE_MS = 4_000; // how long to wait for a pong when the browser says that the network changed
const OPEN_MS = 15_000; // silence while connecting or replaying
const LATE_MS = 15_000; // a timer this late means that the machine slept
const STABLE_MS = 10_000; // a connection that lived this long starts the backoff afresh
const LIMIT_MS = 120_000; // after 4429
const POLL_MS = 3_000;
const POLL_SOCKET_MS = 60_000; // while polling, how often a socket is tried again
const MISSES = 3; // sockets in a row that never became ready, with HTTP working, before polling begins
const SILENT = 2; // misses that a silent one counts for: it took 15 s, a refused one none
const PAGE = 500;

export type Link =
  | { kind: 'connecting' }
  | { kind: 'connected' }
  | { kind: 'waiting'; until: number }
  | { kind: 'offline'; until: number }
  | { kind: 'polling' }
  | { kind: 'limited'; until: number }
  | { kind: 'ended'; reason: 'login' | 'forbidden' | 'gone' };

export interface View {
  state: SessionState;
  link: Link;
}

type Timer = 'retry' | 'watch' | 'ping' | 'poll' | 'notify';

export class SessionLink {
  private view: View;
  private readonly listeners = new Set<() => void>();
  private readonly timers = new Map<Timer, () => void>();
  private socket: Socket | null = null;
  private generation = 0; // callbacks of an abandoned socket carry an older one
  private readyAt: number | null = null;
  private heardAt = 0;
  private attempts: number[] = [];
  private failures = 0;
  private misses = 0;
  private posting = false;
  private stopped = false;

  constructor(
    private readonly outside: Outside,
    private readonly outbox: Outbox,
    readonly sessionId: number,
    from = 0, // what came before is known from elsewhere
  ) {
    this.view = { state: { ...initialState(sessionId, outbox.list(sessionId)), lastSeq: from }, link: { kind: 'connecting' } };
  }

  snapshot = (): View => this.view;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Connect, if it hasn't yet; nothing ends a pause before its time. */
  start(): void {
    if (this.attempts.length === 0) this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.abandon();
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    this.listeners.clear();
  }

  /** A question: shown and stored at once, sent now or as soon as there is a line. */
  submit(content: string): void {
    const pending = { clientId: this.outside.newId(), content, at: this.outside.clock.now(), refused: null };
    this.outbox.add(this.sessionId, pending);
    this.dispatch({ kind: 'submit', pending });
    if (this.readyAt !== null) this.sendQuestion(pending.clientId, content);
    else if (this.view.link.kind === 'polling') void this.poll();
    else this.wake();
  }

  discard(clientId: string): void {
    this.dispatch({ kind: 'discard', clientId });
  }

  dismiss(): void {
    this.dispatch({ kind: 'dismiss' });
  }

  async cancel(jobId: string): Promise<void> {
    this.dispatch({ kind: 'cancel', jobId });
    const called = await this.outside.cancelJob(this.sessionId, jobId);
    if (!called.ok && !this.stopped) this.dispatch({ kind: 'cancel-failed', jobId, detail: called.detail });
    this.refresh();
  }

  /** Something was saved by an HTTP call of this tab: without a socket, fetch it now. */
  refresh(): void {
    if (this.view.link.kind === 'polling') void this.poll();
  }

  /** The network is back, the tab is visible again, or the buyer asks: don't wait for the timer. */
  wake(): void {
    if (this.stopped || this.view.link.kind === 'ended' || this.view.link.kind === 'limited') return;
    const now = this.outside.clock.now();
    if (this.socket && now - this.heardAt > PING_MS + PONG_MS) return this.reconnectNow(); // slept with an open socket
    if (this.readyAt !== null) return this.ping(PROBE_MS);
    if (this.socket) return;
    if (this.view.link.kind === 'polling') void this.poll();
    else if (now - (this.attempts.at(-1) ?? -Infinity) >= 1_000) this.connect();
  }

  /** The browser says that the network went: ask the line itself, the browser may be wrong (a local server). */
  doubt(): void {
    if (this.readyAt !== null) this.ping(PROBE_MS);
  }

  // ---- socket

  private connect(): void {
    if (this.stopped || this.socket) return;
    const now = this.outside.clock.now();
    const at = admit(now, this.attempts);
    if (at > now) return this.retryAt(at);
    this.attempts = [...this.attempts.slice(-40), now];
    this.clear('retry');
    if (this.view.link.kind !== 'polling') this.setLink({ kind: 'connecting' });
    this.dispatch({ kind: 'connecting' });
    const generation = ++this.generation;
    const mine = (run: () => void) => () => generation === this.generation && run();
    this.heardAt = now;
    const { lastSeq, epoch } = this.view.state;
    this.socket = this.outside.connect(this.sessionId, lastSeq, epoch, {
      onOpen: mine(() => this.watch()), // proves nothing yet: a proxy may accept what it then doesn't pass on
      onText: (data) => generation === this.generation && this.receive(data),
      onClose: (code, reason) => generation === this.generation && this.closed(code, reason),
    });
    this.watch();
  }

  private receive(data: unknown): void {
    this.heardAt = this.outside.clock.now();
    const frame = decodeFrame(data);
    this.dispatch({ kind: 'frame', frame, at: this.heardAt });
    if (this.view.state.gap) return this.mend();
    if (frame.type === 'ready') this.becomeReady();
    else if (this.readyAt === null) this.watch();
    else this.scheduleDeadline(); // anything heard proves that the line lives
  }

  private becomeReady(): void {
    this.readyAt = this.heardAt;
    this.misses = 0;
    this.clear('poll');
    this.setLink({ kind: 'connected' });
    this.scheduleDeadline();
    this.resend();
  }

  private closed(code: number, reason: string): void {
    const ready = this.abandon();
    switch (code) {
      case CLOSE.login:
        return this.end('login');
      case CLOSE.forbidden:
        return this.end('forbidden');
      case CLOSE.gone:
        return this.end('gone');
      case CLOSE.limit:
        return this.wait(this.outside.clock.now() + LIMIT_MS * (1 + this.outside.random()), 'limited');
      case CLOSE.restart:
        if (ready && mayHurry(this.outside.clock.now(), this.attempts)) this.failures = 0;
        if (ready) return this.retryWithin(spreadOf(reason));
    }
    this.again(ready);
  }

  /** The socket is gone: try another, and ask HTTP as well when it never became ready. */
  private again(ready: boolean, misses = 1): void {
    if (ready) this.retryLater();
    else void this.probe(misses);
  }

  /** HTTP says whether it is the network, the login, or the path between, and brings what was said meanwhile. */
  private async probe(misses: number): Promise<void> {
    this.misses += misses;
    this.retryLater();
    const caught = await this.catchUp();
    if (this.stopped || this.socket || this.view.link.kind === 'ended') return;
    if (caught && this.misses >= MISSES) this.startPolling();
  }

  /** Forgets the socket; nothing that it still says is heard. Whether it had become ready. */
  private abandon(): boolean {
    this.generation += 1;
    const { socket, readyAt } = this;
    this.socket = null;
    if (readyAt !== null && this.outside.clock.now() - readyAt >= STABLE_MS) this.failures = 0;
    this.readyAt = null;
    this.clear('watch');
    this.clear('ping');
    socket?.close();
    return readyAt !== null;
  }

  /** A seq was skipped: ask again from the cursor; at once, but not in a loop. */
  private mend(): void {
    const ready = this.abandon();
    if (this.failures > 0) return this.again(ready);
    this.failures = 1;
    this.connect();
  }

  private reconnectNow(): void {
    this.abandon();
    this.connect();
  }

  private retryLater(): void {
    this.retryWithin(0);
  }

  /** Later still by a random part of the time over which a server that leaves wants its tabs to come back. */
  private retryWithin(spread: number): void {
    const { clock, random } = this.outside;
    this.retryAt(clock.now() + jitter(this.failures, random) + (spread > 1_000 ? random() * spread : 0));
    this.failures += 1;
  }

  private retryAt(wanted: number): void {
    const now = this.outside.clock.now();
    const spaced = this.view.link.kind === 'polling' ? now + POLL_SOCKET_MS * (0.75 + this.outside.random() / 2) : wanted;
    this.wait(admit(spaced, this.attempts), this.outside.online() ? 'waiting' : 'offline');
  }

  private wait(until: number, kind: 'waiting' | 'offline' | 'limited'): void {
    if (this.view.link.kind !== 'polling' || kind === 'limited') this.setLink({ kind, until });
    this.set('retry', until - this.outside.clock.now(), () => this.connect());
  }

  private end(reason: 'login' | 'forbidden' | 'gone'): void {
    this.abandon();
    for (const timer of ['retry', 'poll'] as const) this.clear(timer);
    this.setLink({ kind: 'ended', reason });
  }

  // ---- dead lines

  private watch(): void {
    if (this.readyAt !== null) return;
    this.set('watch', OPEN_MS, () => this.again(this.abandon(), SILENT));
  }

  private scheduleDeadline(): void {
    this.clear('watch');
    const due = this.outside.clock.now() + PING_MS;
    this.set('ping', PING_MS, () => {
      if (this.outside.clock.now() - due > LATE_MS) this.reconnectNow();
      else this.ping(PONG_MS);
    });
  }

  private ping(patience: number): void {
    this.clear('ping');
    this.set('watch', patience, () => this.again(this.abandon()));
    this.socket?.send(JSON.stringify({ type: 'ping' }));
    this.resend();
  }

  // ---- questions

  private sendQuestion(clientId: string, content: string): void {
    this.socket?.send(JSON.stringify({ type: 'question', client_id: clientId, content }));
  }

  /** Everything not known to be saved; the server recognises what it has by `client_id`. */
  private resend(): void {
    for (const item of this.view.state.pending) if (!item.refused) this.sendQuestion(item.clientId, item.content);
  }

  // ---- without a socket

  private startPolling(): void {
    this.setLink({ kind: 'polling' });
    this.retryAt(0);
    void this.poll();
  }

  private async poll(): Promise<void> {
    this.clear('poll');
    const caught = (await this.postPending()) && (await this.catchUp());
    if (this.stopped || this.view.link.kind !== 'polling') return;
    if (caught) return this.set('poll', POLL_MS, () => void this.poll());
    this.setLink({ kind: 'connecting' });
    this.failures = 0; // it worked until now
    this.retryLater();
  }

  /** False when the server can't be reached; the questions stay queued. */
  private async postPending(): Promise<boolean> {
    if (this.posting) return true;
    this.posting = true;
    try {
      for (const item of this.view.state.pending) {
        if (item.refused) continue;
        const called = await this.outside.postQuestion(this.sessionId, item.clientId, item.content);
        if (this.stopped) return false;
        if (called.ok) this.dispatch({ kind: 'saved', clientId: item.clientId });
        else if (!this.survive(called)) return false;
        else if (called.status >= 500 || called.status === 429) break;
        else this.dispatch({ kind: 'refused', clientId: item.clientId, detail: called.detail });
      }
      return true;
    } finally {
      this.posting = false;
    }
  }

  private async catchUp(): Promise<boolean> {
    for (;;) {
      const called = await this.outside.fetchMessages(this.sessionId, this.view.state.lastSeq);
      if (this.stopped) return false;
      if (!called.ok) return this.survive(called) && called.status < 500; // 502 of a proxy: the server is away
      this.dispatch({ kind: 'history', messages: called.value, at: this.outside.clock.now() });
      if (called.value.length < PAGE) break;
    }
    this.dispatch({ kind: 'caught-up' });
    return true;
  }

  /** Whether to go on after a failed call: not when the login or the session is gone, nor without a network. */
  private survive(failed: CallFailed): boolean {
    if (failed.status === 401) this.end('login');
    else if (failed.status === 404) this.end('gone');
    else return failed.status !== 0;
    return false;
  }

  // ---- plumbing

  private dispatch(event: Event): void {
    const before = this.view.state;
    const state = reduce(before, event);
    if (state === before) return;
    if (state.pending !== before.pending) this.forgetSaved(before, state);
    this.view = { ...this.view, state };
    this.notify();
  }

  private forgetSaved(before: SessionState, after: SessionState): void {
    for (const { clientId } of before.pending) {
      if (!after.pending.some((item) => item.clientId === clientId)) this.outbox.remove(this.sessionId, clientId);
    }
  }

  private setLink(link: Link): void {
    this.view = { ...this.view, link };
    this.notify();
  }

  /** During a replay, screen updates are bundled: thousands of messages may arrive at once. */
  private notify(): void {
    const tell = () => {
      this.clear('notify');
      for (const listener of [...this.listeners]) listener();
    };
    if (this.socket && this.readyAt === null) {
      if (!this.timers.has('notify')) this.set('notify', 50, tell);
    } else tell();
  }

  private set(timer: Timer, ms: number, run: () => void): void {
    this.clear(timer);
    const cancel = this.outside.clock.after(Math.max(0, ms), () => {
      this.timers.delete(timer);
      run();
    });
    this.timers.set(timer, cancel);
  }

  private clear(timer: Timer): void {
    this.timers.get(timer)?.();
    this.timers.delete(timer);
  }
}
