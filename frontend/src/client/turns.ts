// Messages as the page shows them: an answer stands where its acknowledgement stood.

import { endedJobs, isObject, metaNumber, metaText, type Message } from './wire';

export interface Turn {
  key: number; // seq of the message that opened the place
  message: Message;
  outcome: Message | null; // of an analysis_started: what stands in its place now
  cancelled: boolean; // of an analysis_started: ended by a message that stands elsewhere ("cancele tudo")
}

/** In seq order; an outcome takes the place of its acknowledgement unless it answers another question. */
export function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  const started = new Map<string, Turn>();
  for (const message of messages) {
    const places = endedJobs(message).flatMap((id) => started.get(id) ?? []);
    const own = places.find((turn) => !turn.outcome && answersSame(turn.message, message));
    if (own) own.outcome = message;
    else for (const turn of places) turn.cancelled = true;
    if (own) continue;
    const turn = { key: message.seq, message, outcome: null, cancelled: false };
    const jobId = metaText(message, 'job_id');
    if (jobId && message.metadata?.type === 'analysis_started') started.set(jobId, turn);
    turns.push(turn);
  }
  return turns;
}

function answersSame(acknowledgement: Message, outcome: Message): boolean {
  const [asked, answered] = [metaNumber(acknowledgement, 'in_reply_to'), metaNumber(outcome, 'in_reply_to')];
  return asked === null || answered === null || asked === answered;
}

/** Analyses of which an order was made. */
export function orderedJobs(messages: readonly Message[]): ReadonlySet<string> {
  const made = messages.filter(({ metadata }) => metadata?.type === 'order_created');
  return new Set(made.flatMap((message) => metaText(message, 'job_id') ?? []));
}

export interface Button {
  action_type: string;
  label: string;
  action_data: Record<string, unknown>;
}

export function buttonsOf(message: Message): Button[] {
  const actions = message.metadata?.actions;
  if (!Array.isArray(actions)) return [];
  return actions.flatMap((value: unknown) => {
    if (!isObject(value) || typeof value.action_type !== 'string' || typeof value.label !== 'string') return [];
    return [{ action_type: value.action_type, label: value.label, action_data: isObject(value.action_data) ? value.action_data : {} }];
  });
}

const FOR_VIEWERS: readonly string[] = ['choose_product', 'retry', 'recalculate']; // the server refuses him the others

/** The buttons of a message that this user may press: who only looks has none that orders. */
export function buttonsFor(message: Message, role: string): Button[] {
  const all = buttonsOf(message);
  return role === 'viewer' ? all.filter((button) => FOR_VIEWERS.includes(button.action_type)) : all;
}

export interface Option {
  sku: string;
  name: string;
}

export function optionsOf(message: Message): Option[] {
  const options = message.metadata?.options;
  if (!Array.isArray(options)) return [];
  return options.flatMap((value: unknown) =>
    isObject(value) && typeof value.sku === 'string' && typeof value.name === 'string'
      ? [{ sku: value.sku, name: value.name }]
      : [],
  );
}

/** What a screen reader hears of a live message: finished answers and replies, never progress or one's own words. */
export function isAnnounced(message: Message): boolean {
  return message.sender !== 'human' && message.metadata?.type !== 'analysis_started';
}
