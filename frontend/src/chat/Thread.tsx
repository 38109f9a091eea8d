import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { SessionState } from '../client/state';
import { orderedJobs, turnsOf, type Turn } from '../client/turns';
import { metaText } from '../client/wire';
import { useI18n } from '../i18n';
import { Icon } from '../ui/Icon';
import { TurnView } from './MessageView';

const SHOWN = 60; // turns drawn at first; a long history stays quick
const MARGIN = 14; // px above what is brought into view
const NEAR = 120; // px from the end that count as "reading the newest"

interface Props {
  state: SessionState;
  onCancel(jobId: string): void;
  onActed(): void;
  children: ReactNode; // one's own questions that aren't saved yet
}

export function Thread({ state, onCancel, onActed, children }: Props) {
  const { t } = useI18n();
  const turns = useMemo(() => turnsOf(state.messages), [state.messages]);
  const orders = useMemo(() => orderedJobs(state.messages), [state.messages]);
  const [shown, setShown] = useState(SHOWN);
  const { box, away, ready, toEnd, toReady } = useFollow(state, turns);
  const hidden = Math.max(0, turns.length - shown);
  return (
    <div className="thread-wrap">
      <div ref={box} className="thread" role="region" aria-label={t('thread.label')} tabIndex={0}>
        <div className="column">
          {hidden > 0 ? (
            <button type="button" className="text-button centred" onClick={() => setShown(shown + SHOWN * 3)}>
              {t('message.earlier', { n: hidden })}
            </button>
          ) : null}
          {turns.slice(hidden).map((turn) => (
            <TurnView
              key={turn.key}
              turn={turn}
              live={runs(turn) ? state : null}
              ordered={orders.has(metaText(turn.message, 'job_id') ?? '')}
              onCancel={onCancel}
              onActed={onActed}
            />
          ))}
          {children}
        </div>
      </div>
      {ready ? (
        <button type="button" className="pill" onClick={toReady}>{t('thread.jump')} <Icon name="down" /></button>
      ) : away ? (
        <button type="button" className="pill round" onClick={toEnd} aria-label={t('thread.latest')}><Icon name="down" /></button>
      ) : null}
    </div>
  );
}

const runs = (turn: Turn): boolean => turn.message.metadata?.type === 'analysis_started' && !turn.outcome && !turn.cancelled;

/** Follows the newest while it is being read; never moves the page under someone who reads something older. */
function useFollow(state: SessionState, turns: readonly Turn[]) {
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);
  const [ready, setReady] = useState<number | null>(null);
  const answered = useRef<number | null>(null);

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const look = () => {
      following.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
      setAway(lastBelow(element));
      if (following.current) setReady(null);
    };
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, []);

  const toEnd = useCallback(() => box.current?.scrollTo({ top: box.current.scrollHeight }), []);
  const show = useCallback((seq: number) => {
    if (box.current) showTurn(box.current, box.current.querySelector(`article[data-seq="${seq}"]`));
    setReady(null);
  }, []);

  const asked = useRef(0);
  const newest = newestOutcome(turns);
  useLayoutEffect(() => {
    if (state.pending.length > asked.current) following.current = true; // one's own question is always shown
    asked.current = state.pending.length;
    const before = answered.current;
    answered.current = newest ?? 0;
    const arrived = newest !== before && state.liveFrom !== null && (newest ?? 0) > state.liveFrom;
    if (newest !== null && arrived) {
      if (following.current) show(newest);
      else if (before !== null) setReady(newest);
    } else if (following.current) toEnd();
    if (box.current) setAway(lastBelow(box.current));
  }, [newest, state.lastSeq, state.jobs, state.pending, state.liveFrom, show, toEnd]);

  const opened = state.liveFrom !== null;
  useLayoutEffect(() => {
    const last = box.current?.querySelector('.column > article:last-of-type');
    if (opened && box.current && last && last.clientHeight > box.current.clientHeight) showTurn(box.current, last);
  }, [opened]);

  return { box, away, ready, toEnd, toReady: () => ready !== null && show(ready) };
}

/** A tall answer is read from its top, with its question if that is short. Only the thread moves, not the page. */
function showTurn(box: HTMLElement, answer: Element | null): void {
  const question = answer?.previousElementSibling;
  const both = question?.classList.contains('own') && question.clientHeight < 140;
  const part = both ? question : answer;
  if (part) box.scrollTop += part.getBoundingClientRect().top - box.getBoundingClientRect().top - MARGIN;
}

/** Whether the newest message begins below what is visible. */
function lastBelow(box: HTMLElement): boolean {
  const last = box.querySelector('.column > article:last-of-type');
  return last !== null && last.getBoundingClientRect().top > box.getBoundingClientRect().bottom - 40;
}

function newestOutcome(turns: readonly Turn[]): number | null {
  let newest: number | null = null;
  for (const { outcome } of turns) if (outcome && outcome.seq > (newest ?? 0)) newest = outcome.seq;
  return newest;
}
