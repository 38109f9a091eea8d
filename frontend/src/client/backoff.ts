// When to try again: with jitter, soon at first, and never more than 20 attempts in 5 minutes (RELIABILITY C9).

export const BASE_MS = 1_000;
export const CAP_MS = 30_000;
export const WINDOW_MS = 300_000;
export const MAX_ATTEMPTS = 20;

// The first two attempts after a healthy line. Most restarts and changes of network are over by then. Each range is at
// least 1 s wide: 1,000 tabs that one restart cuts off come back as 1,000 handshakes a second or fewer, not all at once,
// and what isn't up by then refuses them at the port for next to nothing. The lower ends leave a listening socket
// time to close, so that an attempt isn't spent on the process that is leaving.
const SOON_MS: readonly (readonly [number, number])[] = [
  [200, 1_200],
  [500, 2_000],
];

const HURRY_MS = 60_000;
const HURRIES = 4; // attempts in a minute beyond which nothing is hurried: 20 in 5 minutes last the whole 5 minutes then

/** Milliseconds to wait before attempt number `failures` + 1: two soon, then uniform in 0..min(cap, base * 2^failures). */
export function jitter(failures: number, random: () => number, cap = CAP_MS): number {
  const [from, to] = SOON_MS[failures] ?? [0, Math.min(cap, BASE_MS * 2 ** Math.min(failures, 10))];
  return from + random() * (to - from);
}

/** Whether a restart may begin the backoff afresh: a server that restarts again and again mustn't use up the attempts. */
export function mayHurry(now: number, attempts: readonly number[]): boolean {
  return attempts.filter((at) => at > now - HURRY_MS).length < HURRIES;
}

/** The earliest time at or after `wanted` that keeps the attempt limit; `attempts` are past times, ascending. */
export function admit(wanted: number, attempts: readonly number[]): number {
  const oldest = attempts.at(-MAX_ATTEMPTS);
  return oldest === undefined ? wanted : Math.max(wanted, oldest + WINDOW_MS + 1);
}

const MAX_SPREAD_MS = 60_000;

/** Milliseconds over which a server that leaves asks its tabs to come back: `spread=12` in its close frame. */
export function spreadOf(reason: string): number {
  const seconds = Number(/^spread=(\d{1,3})$/.exec(reason)?.[1] ?? 0);
  return Math.min(seconds * 1_000, MAX_SPREAD_MS);
}
