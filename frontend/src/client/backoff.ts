// When to try again: full jitter, and never more than 20 attempts in 5 minutes (RELIABILITY C9).

export const BASE_MS = 1_000;
export const CAP_MS = 30_000;
export const WINDOW_MS = 300_000;
export const MAX_ATTEMPTS = 20;

/** Milliseconds to wait before attempt number `failures` + 1, uniform in 0..min(cap, base * 2^failures). */
export function jitter(failures: number, random: () => number, cap = CAP_MS): number {
  return random() * Math.min(cap, BASE_MS * 2 ** Math.min(failures, 10));
}

/** The earliest time at or after `wanted` that keeps the attempt limit; `attempts` are past times, ascending. */
export function admit(wanted: number, attempts: readonly number[]): number {
  const oldest = attempts.at(-MAX_ATTEMPTS);
  return oldest === undefined ? wanted : Math.max(wanted, oldest + WINDOW_MS + 1);
}
