// What one tab knows of one conversation: a pure reducer over what arrives and what the buyer does.

import { endedJobs, metaText, type Delta, type Frame, type Message, type Progress } from './wire';

/** A question of this browser that isn't known to be saved yet. */
export interface Pending {
  clientId: string;
  content: string;
  at: number; // ms, this browser's clock
  refused: string | null; // why the server didn't take it, in the user's language
}

export interface Counters {
  unknown: number;
  malformed: number;
  duplicates: number;
  gaps: number;
  stale: number; // progress older than what is shown
}

export interface SessionState {
  sessionId: number;
  epoch: string | null;
  messages: readonly Message[]; // seq 1..lastSeq without gaps
  lastSeq: number; // the cursor
  liveFrom: number | null; // last seq of the first replay: what is newer arrived while the page was open
  jobs: Readonly<Record<string, Progress>>;
  pending: readonly Pending[];
  cancelling: readonly string[]; // job ids
  receivedAt: Readonly<Record<number, number>>; // seq -> ms, only of acknowledgements that arrived live
  gap: boolean; // a seq was skipped: reconnect with the cursor
  notice: string | null; // an error frame that belongs to no question
  counters: Counters;
}

export type Event =
  | { kind: 'frame'; frame: Frame; at: number }
  | { kind: 'history'; messages: readonly Message[]; at: number }
  | { kind: 'caught-up' }
  | { kind: 'connecting' }
  | { kind: 'submit'; pending: Pending }
  | { kind: 'refused'; clientId: string; detail: string }
  | { kind: 'saved'; clientId: string }
  | { kind: 'discard'; clientId: string }
  | { kind: 'cancel'; jobId: string }
  | { kind: 'cancel-failed'; jobId: string; detail: string }
  | { kind: 'dismiss' };

/** Refusals that pass: the question stays in the queue and is sent again. */
const RETRYABLE: readonly string[] = ['too_many', 'storage_busy'];

export function initialState(sessionId: number, pending: readonly Pending[] = []): SessionState {
  return {
    sessionId,
    epoch: null,
    messages: [],
    lastSeq: 0,
    liveFrom: null,
    jobs: {},
    pending,
    cancelling: [],
    receivedAt: {},
    gap: false,
    notice: null,
    counters: { unknown: 0, malformed: 0, duplicates: 0, gaps: 0, stale: 0 },
  };
}

export function reduce(state: SessionState, event: Event): SessionState {
  switch (event.kind) {
    case 'frame':
      return reduceFrame(state, event.frame, event.at);
    case 'history':
      return event.messages.reduce((held, message) => addMessage(held, message, event.at), state);
    case 'caught-up':
      return state.liveFrom === null ? { ...state, liveFrom: state.lastSeq } : state;
    case 'connecting':
      return state.gap ? { ...state, gap: false } : state;
    case 'submit':
      return { ...state, pending: [...without(state.pending, event.pending.clientId), event.pending] };
    case 'refused':
      return refuse(state, event.clientId, event.detail);
    case 'saved':
    case 'discard':
      return { ...state, pending: without(state.pending, event.clientId) };
    case 'cancel':
      return { ...state, cancelling: [...state.cancelling.filter((id) => id !== event.jobId), event.jobId] };
    case 'cancel-failed':
      return { ...state, cancelling: state.cancelling.filter((id) => id !== event.jobId), notice: event.detail };
    case 'dismiss':
      return { ...state, notice: null };
  }
}

function reduceFrame(state: SessionState, frame: Frame, at: number): SessionState {
  switch (frame.type) {
    case 'message':
      return addMessage(state, frame.message, at);
    case 'ready':
      return becomeReady(state, frame.lastSeq, frame.epoch, frame.jobs);
    case 'reset':
      return { ...initialState(state.sessionId, state.pending), epoch: frame.epoch, counters: state.counters };
    case 'progress':
      return addProgress(state, frame.progress);
    case 'delta':
      return addDelta(state, frame.delta);
    case 'error':
      if (RETRYABLE.includes(frame.code)) return { ...state, notice: frame.detail };
      return frame.clientId ? refuse(state, frame.clientId, frame.detail) : { ...state, notice: frame.detail };
    case 'pong':
      return state;
    case 'unknown':
    case 'malformed':
      return count(state, frame.type);
  }
}

function addMessage(state: SessionState, message: Message, at: number): SessionState {
  if (message.session_id !== state.sessionId) return count(state, 'malformed');
  if (message.seq <= state.lastSeq) return count(state, 'duplicates');
  if (message.seq !== state.lastSeq + 1) return state.gap ? state : { ...count(state, 'gaps'), gap: true };
  const clientId = metaText(message, 'client_id');
  const ended = endedJobs(message);
  const live = state.liveFrom !== null && message.metadata?.type === 'analysis_started';
  return {
    ...state,
    messages: [...state.messages, message],
    lastSeq: message.seq,
    pending: clientId ? without(state.pending, clientId) : state.pending,
    receivedAt: live ? { ...state.receivedAt, [message.seq]: at } : state.receivedAt,
    ...(ended.length > 0 ? endJobs(state, ended) : {}),
  };
}

/** The replay is over. Holding less than `lastSeq` means that something was skipped. */
function becomeReady(state: SessionState, lastSeq: number, epoch: string, jobs: readonly Progress[]): SessionState {
  const merged: Record<string, Progress> = {};
  for (const job of jobs) {
    if (!hasEnded(state, job.job_id)) merged[job.job_id] = newest(state.jobs[job.job_id], job);
  }
  const ready = { ...state, epoch, jobs: merged, liveFrom: state.liveFrom ?? lastSeq };
  return state.lastSeq < lastSeq && !state.gap ? { ...count(ready, 'gaps'), gap: true } : ready;
}

function addProgress(state: SessionState, progress: Progress): SessionState {
  const held = state.jobs[progress.job_id];
  if ((held && held.rev >= progress.rev) || hasEnded(state, progress.job_id)) return count(state, 'stale');
  return { ...state, jobs: { ...state.jobs, [progress.job_id]: progress } };
}

/** More of an answer that is being written. One that was lost is made good by the next whole snapshot. */
function addDelta(state: SessionState, delta: Delta): SessionState {
  const held = state.jobs[delta.job_id];
  if (!held || held.rev >= delta.rev || held.attempt !== delta.attempt) return count(state, 'stale');
  if (delta.offset > held.draft.length) return state;
  const draft = held.draft.slice(0, delta.offset) + delta.text;
  return { ...state, jobs: { ...state.jobs, [delta.job_id]: { ...held, rev: delta.rev, draft } } };
}

function hasEnded(state: SessionState, jobId: string): boolean {
  return state.messages.some((message) => endedJobs(message).includes(jobId));
}

const newest = (held: Progress | undefined, job: Progress): Progress => (held && held.rev >= job.rev ? held : job);

function endJobs(state: SessionState, ended: readonly string[]): Pick<SessionState, 'jobs' | 'cancelling'> {
  const jobs = Object.fromEntries(Object.entries(state.jobs).filter(([id]) => !ended.includes(id)));
  return { jobs, cancelling: state.cancelling.filter((id) => !ended.includes(id)) };
}

function refuse(state: SessionState, clientId: string, detail: string): SessionState {
  if (!state.pending.some((item) => item.clientId === clientId)) return { ...state, notice: detail };
  const pending = state.pending.map((item) => (item.clientId === clientId ? { ...item, refused: detail } : item));
  return { ...state, pending };
}

function without(pending: readonly Pending[], clientId: string): readonly Pending[] {
  return pending.some((item) => item.clientId === clientId)
    ? pending.filter((item) => item.clientId !== clientId)
    : pending;
}

function count(state: SessionState, counter: keyof Counters): SessionState {
  return { ...state, counters: { ...state.counters, [counter]: state.counters[counter] + 1 } };
}
