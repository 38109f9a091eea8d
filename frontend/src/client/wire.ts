// What travels over `reposto.v1` and the chat's HTTP calls. Decoding never throws: a newer server may send anything.

export type Sender = 'human' | 'agent' | 'ai' | 'system';

export interface Metadata {
  type?: string;
  [key: string]: unknown;
}

export interface Message {
  id: number;
  session_id: number;
  seq: number;
  sender: Sender;
  content: string;
  criado_em: string;
  metadata: Metadata | null;
}

export type StepState = 'waiting' | 'running' | 'done' | 'failed';

export interface Step {
  name: string;
  label: string;
  state: StepState;
  seconds: number | null;
}

export interface Progress {
  job_id: string;
  rev: number;
  attempt: number; // 2 and more: taken up again after an interruption
  state: string;
  steps: Step[];
  done: number;
  total: number;
  kind: string; // 'catalogue': a run over all products, counted by done and total
  partial: readonly unknown[]; // of such a run: its most urgent lines so far, as client/list.ts reads them
  draft: string; // of the answer, while it is being written; mostly empty
}

/** What an answer that is being written has after its first `offset` characters. */
export interface Delta {
  job_id: string;
  rev: number;
  attempt: number;
  offset: number;
  text: string;
}

export type Frame =
  | { type: 'message'; message: Message }
  | { type: 'ready'; lastSeq: number; epoch: string; jobs: Progress[] }
  | { type: 'reset'; epoch: string }
  | { type: 'progress'; progress: Progress }
  | { type: 'delta'; delta: Delta }
  | { type: 'error'; code: string; detail: string; clientId: string | null }
  | { type: 'pong' }
  | { type: 'unknown' }
  | { type: 'malformed' };

/** Close codes that mean something to a client; any other is a cut line. */
export const CLOSE = { login: 4401, forbidden: 4403, gone: 4404, slow: 4408, limit: 4429, restart: 1012 } as const;

export const SUBPROTOCOL = 'reposto.v1';
export const MAX_CONTENT = 4000;

type Fields = Record<string, unknown>;

const SENDERS: readonly string[] = ['human', 'agent', 'ai', 'system'];
const STEP_STATES: readonly string[] = ['waiting', 'running', 'done', 'failed'];

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** A message, or null when a field that the page needs is absent or of another kind. */
export function decodeMessage(value: unknown): Message | null {
  if (!isObject(value)) return null;
  const { id, session_id, seq, sender, content, criado_em, metadata } = value;
  if (!isCount(id) || !isCount(session_id) || !isCount(seq) || seq === 0) return null;
  if (typeof content !== 'string' || typeof criado_em !== 'string') return null;
  if (typeof sender !== 'string' || !SENDERS.includes(sender)) return null;
  const meta = isObject(metadata) ? decodeMetadata(metadata) : null;
  return { id, session_id, seq, sender: sender as Sender, content, criado_em, metadata: meta };
}

function decodeMetadata(fields: Fields): Metadata {
  const { type, ...rest } = fields;
  return typeof type === 'string' ? { ...rest, type } : rest;
}

export function decodeProgress(value: unknown): Progress | null {
  if (!isObject(value)) return null;
  const { job_id, rev, state, steps } = value;
  if (typeof job_id !== 'string' || !isCount(rev) || typeof state !== 'string' || !Array.isArray(steps)) return null;
  const decoded = steps.map(decodeStep).filter((step) => step !== null);
  const finished = decoded.filter((step) => step.state === 'done').length;
  const done = isCount(value.done) ? value.done : finished;
  const total = isCount(value.total) ? value.total : decoded.length;
  const attempt = isCount(value.attempt) ? value.attempt : 1;
  const kind = typeof value.kind === 'string' ? value.kind : 'analysis';
  const partial = Array.isArray(value.partial) ? value.partial : [];
  const draft = typeof value.draft === 'string' ? value.draft : '';
  return { job_id, rev, attempt, state, steps: decoded, done, total, kind, partial, draft };
}

function decodeDelta(value: Fields): Delta | null {
  const { job_id, rev, attempt, offset, text } = value;
  if (typeof job_id !== 'string' || typeof text !== 'string') return null;
  if (!isCount(rev) || !isCount(attempt) || !isCount(offset)) return null;
  return { job_id, rev, attempt, offset, text };
}

function decodeStep(value: unknown): Step | null {
  if (!isObject(value) || typeof value.name !== 'string') return null;
  const { name, label, state, seconds } = value;
  return {
    name,
    label: typeof label === 'string' ? label : name,
    state: typeof state === 'string' && STEP_STATES.includes(state) ? (state as StepState) : 'waiting',
    seconds: typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : null,
  };
}

/** One text frame of the server. */
export function decodeFrame(data: unknown): Frame {
  if (typeof data !== 'string') return { type: 'malformed' };
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return { type: 'malformed' };
  }
  return isObject(value) ? decodeTyped(value) : { type: 'malformed' };
}

function decodeTyped(value: Fields): Frame {
  switch (value.type) {
    case 'message': {
      const message = decodeMessage(value);
      return message ? { type: 'message', message } : { type: 'malformed' };
    }
    case 'ready':
      return decodeReady(value);
    case 'reset':
      return typeof value.epoch === 'string' ? { type: 'reset', epoch: value.epoch } : { type: 'malformed' };
    case 'progress': {
      const progress = decodeProgress(value);
      return progress ? { type: 'progress', progress } : { type: 'malformed' };
    }
    case 'delta': {
      const delta = decodeDelta(value);
      return delta ? { type: 'delta', delta } : { type: 'malformed' };
    }
    case 'error': {
      const { code, detail, client_id } = value;
      if (typeof code !== 'string') return { type: 'malformed' };
      const clientId = typeof client_id === 'string' ? client_id : null;
      return { type: 'error', code, detail: typeof detail === 'string' ? detail : code, clientId };
    }
    case 'pong':
      return { type: 'pong' };
    default:
      return typeof value.type === 'string' ? { type: 'unknown' } : { type: 'malformed' };
  }
}

function decodeReady(value: Fields): Frame {
  const { last_seq, epoch, jobs } = value;
  if (!isCount(last_seq) || typeof epoch !== 'string') return { type: 'malformed' };
  const list = Array.isArray(jobs) ? jobs.map(decodeProgress).filter((job) => job !== null) : [];
  return { type: 'ready', lastSeq: last_seq, epoch, jobs: list };
}

export function metaText(message: Message, key: string): string | null {
  const value = message.metadata?.[key];
  return typeof value === 'string' ? value : null;
}

export function metaNumber(message: Message, key: string): number | null {
  const value = message.metadata?.[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Kinds of message that end an analysis. */
const OUTCOMES: readonly string[] = ['analysis_result', 'analysis_error', 'analysis_cancelled'];

export function isOutcome(message: Message): boolean {
  return OUTCOMES.includes(message.metadata?.type ?? '');
}

/** The analyses that a message ends: one, or several that were cancelled by one word. */
export function endedJobs(message: Message): readonly string[] {
  if (!isOutcome(message)) return [];
  const several: unknown = message.metadata?.job_ids;
  if (Array.isArray(several)) return several.filter((id) => typeof id === 'string');
  const jobId = metaText(message, 'job_id');
  return jobId ? [jobId] : [];
}
