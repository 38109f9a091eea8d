import type { Clock } from '../../src/client/ports';

interface Timer {
  at: number;
  order: number;
  run: () => void;
}

/** Time that moves when told to; `sleep` lets it pass without running timers, like a closed laptop. */
export class FakeClock implements Clock {
  private time = 1_700_000_000_000;
  private order = 0;
  private timers: Timer[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, order: this.order++, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  sleep(ms: number): void {
    this.time += ms;
  }

  /** Runs what falls due within `ms`, in order, with promises settled in between. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
      await settle();
    }
    this.time = Math.max(this.time, end);
  }
}

/** Lets all promises that can be fulfilled now be fulfilled. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
