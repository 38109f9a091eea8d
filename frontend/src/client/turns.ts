// Messages as the page shows them: an answer stands where its acknowledgement stood.

import { isObject, isOutcome, metaText, type Message } from './wire';

export interface Turn {
  key: number; // seq of the message that opened the place
  message: Message;
  outcome: Message | null; // of an analysis_started
}

/** In seq order; an outcome joins the acknowledgement of its job when that is held, otherwise stands alone. */
export function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  const started = new Map<string, Turn>();
  for (const message of messages) {
    const jobId = metaText(message, 'job_id');
    const place = jobId && isOutcome(message) ? started.get(jobId) : undefined;
    if (place && !place.outcome) {
      place.outcome = message;
      continue;
    }
    const turn = { key: message.seq, message, outcome: null };
    if (jobId && message.metadata?.type === 'analysis_started') started.set(jobId, turn);
    turns.push(turn);
  }
  return turns;
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
