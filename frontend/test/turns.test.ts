import { describe, expect, it } from 'vitest';
import { buttonsFor, buttonsOf, isAnnounced, optionsOf, orderedJobs, turnsOf } from '../src/client/turns';
import type { Message, Metadata, Sender } from '../src/client/wire';

let seq = 0;
function said(sender: Sender, metadata: Metadata | null = null): Message {
  seq += 1;
  return { id: seq, session_id: 1, seq, sender, content: `m${seq}`, criado_em: '2026-11-22T10:00:00-03:00', metadata };
}

const started = (job: string, question: number) => said('agent', { type: 'analysis_started', job_id: job, in_reply_to: question });
const result = (job: string, question: number) => said('ai', { type: 'analysis_result', job_id: job, in_reply_to: question });

describe('turns', () => {
  it('who only looks has no button that orders', () => {
    const kinds = ['approve_purchase', 'approve_list', 'recalculate', 'something_new'];
    const message = said('ai', { type: 'analysis_result', actions: kinds.map((kind) => ({ action_type: kind, label: kind, action_data: {} })) });
    expect(buttonsFor(message, 'viewer').map((button) => button.action_type)).toEqual(['recalculate']);
    expect(buttonsFor(message, 'buyer')).toEqual(buttonsOf(message));
  });

  it('an answer stands where its acknowledgement stood, also when another question came between', () => {
    seq = 0;
    const messages = [said('human'), started('a', 1), said('human'), started('b', 3), result('b', 3), result('a', 1)];
    expect(turnsOf(messages).map((turn) => [turn.message.seq, turn.outcome?.seq ?? null])).toEqual([[1, null], [2, 6], [3, null], [4, 5]]);
  });

  it('an answer whose acknowledgement is unknown stands alone', () => {
    seq = 0;
    expect(turnsOf([result('a', 1)])).toHaveLength(1);
  });

  it('"cancel everything" keeps its own place and ends every analysis it names', () => {
    seq = 0;
    const messages = [said('human'), started('a', 1), started('b', 1), said('human'), said('agent', { type: 'analysis_cancelled', job_id: 'a', job_ids: ['a', 'b'], in_reply_to: 4 })];
    const turns = turnsOf(messages);
    expect(turns.map((turn) => turn.message.seq)).toEqual([1, 2, 3, 4, 5]);
    expect(turns.map((turn) => turn.cancelled)).toEqual([false, true, true, false, false]);
  });

  it('the cancel button ends the analysis in its place', () => {
    seq = 0;
    const turns = turnsOf([said('human'), started('a', 1), said('agent', { type: 'analysis_cancelled', job_id: 'a', in_reply_to: 1 })]);
    expect(turns.map((turn) => turn.outcome?.seq ?? null)).toEqual([null, 3]);
  });
});

describe('what a message offers', () => {
  it('only well-formed buttons and options', () => {
    const message = said('ai', { actions: [{ action_type: 'a', label: 'A', action_data: { x: 1 } }, { label: 'B' }, 3, { action_type: 'c', label: 'C' }], options: [{ sku: '001', name: 'Um' }, { sku: 2 }, null] });
    expect(buttonsOf(message)).toEqual([{ action_type: 'a', label: 'A', action_data: { x: 1 } }, { action_type: 'c', label: 'C', action_data: {} }]);
    expect(optionsOf(message)).toEqual([{ sku: '001', name: 'Um' }]);
    expect(buttonsOf(said('ai', { actions: 'x' }))).toEqual([]);
  });

  it('knows which analyses became orders', () => {
    expect([...orderedJobs([said('system', { type: 'order_created', job_id: 'a' }), said('ai', { type: 'answer', job_id: 'b' })])]).toEqual(['a']);
  });

  it('announces answers, not progress nor one’s own words', () => {
    expect([said('human'), started('a', 1), result('a', 1), said('system', { type: 'order_created' })].map(isAnnounced)).toEqual([false, false, true, true]);
  });
});
