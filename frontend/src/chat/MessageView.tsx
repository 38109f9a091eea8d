import { memo, type ReactNode } from 'react';
import { analysisOf } from '../client/analysis';
import { buyListOf } from '../client/list';
import { splitProse, withoutOptions } from '../client/prose';
import type { Pending, SessionState } from '../client/state';
import { buttonsOf, optionsOf, type Turn } from '../client/turns';
import { metaText, type Message } from '../client/wire';
import { useI18n } from '../i18n';
import { Boundary } from '../ui/Boundary';
import { Markdown } from '../ui/Markdown';
import { Moment } from '../ui/Moment';
import { Actions } from './Actions';
import { AliasNote } from './Aliases';
import { Answer } from './answer/Answer';
import { Choices } from './Choices';
import { JobPanel } from './JobPanel';
import { BuyList } from './list/BuyList';
import { useOpenOrders } from './orders/useOrders';

export interface TurnProps {
  turn: Turn;
  live: SessionState | null; // only for a turn that still runs, so that the others needn't be drawn again
  ordered: boolean;
  onCancel(jobId: string): void;
  onActed(): void;
}

export const TurnView = memo(function TurnView({ turn, live, ordered, onCancel, onActed }: TurnProps) {
  const { t } = useI18n();
  const { message, outcome } = turn;
  if (message.sender === 'human') return <Bubble content={message.content} seq={message.seq} at={message.criado_em} />;
  if (message.metadata?.type !== 'analysis_started') return <Reply message={message} ordered={ordered} onActed={onActed} />;
  if (outcome) return <Reply message={outcome} started={message} ordered={ordered} onActed={onActed} />;
  return (
    <Block message={message}>
      <Markdown text={message.content} />
      {turn.cancelled ? <p className="tag">{t('job.cancelled')}</p> : null}
      {live ? <JobPanel message={message} state={live} onCancel={onCancel} /> : null}
    </Block>
  );
});

interface ReplyProps {
  message: Message;
  started?: Message;
  ordered: boolean;
  onActed(): void;
}

function Reply({ message, started, ordered, onActed }: ReplyProps) {
  const { t } = useI18n();
  const type = message.metadata?.type;
  const analysis = type === 'analysis_result' ? analysisOf(message.metadata?.analysis) : null;
  const list = type === 'analysis_result' ? buyListOf(message.metadata?.list) : null;
  const actions = <Actions message={message} ordered={ordered} onActed={onActed} />;
  const words = <Words message={message} actions={actions} onActed={onActed} />;
  return (
    <Block message={message} started={started}>
      {type === 'analysis_error' ? <p className="tag bad">{t('job.failed')}</p> : null}
      {analysis ? (
        <Boundary fallback={<>{words}<p className="muted">{t('answer.broken')}</p></>}>
          <Answer analysis={analysis} content={message.content} actions={actions} />
        </Boundary>
      ) : list ? (
        <Boundary fallback={<>{words}<p className="muted">{t('answer.broken')}</p></>}>
          <BuyList list={list} message={message} actions={actions} />
        </Boundary>
      ) : words}
    </Block>
  );
}

/** A reply without figures of its own: its text, what it offers to choose from, its buttons. */
function Words({ message, actions, onActed }: { message: Message; actions: ReactNode; onActed(): void }) {
  const { t } = useI18n();
  const options = optionsOf(message);
  const { lead, rest, details } = splitProse(withoutOptions(message.content, options.map((option) => option.sku)));
  return (
    <>
      <Markdown text={rest ? `${lead}\n\n${rest}` : lead} />
      {options.length > 0 ? <Choices message={message} onActed={onActed} /> : null}
      {buttonsOf(message).length > 0 ? actions : null}
      <OrderLink message={message} />
      {details ? <details className="fold quiet"><summary>{t('answer.details')}</summary><Markdown text={details} /></details> : null}
    </>
  );
}

/** From what was said of an order to the order. */
function OrderLink({ message }: { message: Message }) {
  const { t } = useI18n();
  const open = useOpenOrders();
  const type = message.metadata?.type;
  const number = metaText(message, 'order_number');
  if ((type !== 'order_created' && type !== 'order_changed') || number === null) return null;
  const several = Array.isArray(message.metadata?.orders) && message.metadata.orders.length > 1;
  return <p><button type="button" className="button" data-open-order={number} onClick={() => open(several ? undefined : number)}>{t(several ? 'orders.lookAll' : 'orders.look')}</button></p>;
}

function Block({ message, started, children }: { message: Message; started?: Message | undefined; children: ReactNode }) {
  const { t, f } = useI18n();
  const took = started && message.metadata?.type === 'analysis_result' ? Date.parse(message.criado_em) - Date.parse(started.criado_em) : NaN;
  return (
    <article className={`reply ${message.sender}`} data-seq={message.seq} data-sender={message.sender} data-type={message.metadata?.type ?? ''}>
      <header className="reply-head">
        <strong>{message.sender === 'system' ? t('message.system') : t('message.assistant')}</strong>
        <Moment iso={message.criado_em} />
        {took >= 0 ? <span>{t('job.took', { time: f.seconds(took) })}</span> : null}
      </header>
      {children}
      <AliasNote message={started ?? message} />
      {started ? <Trace started={started} /> : null}
    </article>
  );
}

/** The acknowledgement stays readable after its answer took its place. */
function Trace({ started }: { started: Message }) {
  const { t } = useI18n();
  return (
    <details className="fold quiet" data-seq={started.seq} data-type="analysis_started">
      <summary>{t('trace.title')}</summary>
      <Markdown text={started.content} />
    </details>
  );
}

function Bubble({ content, seq, at }: { content: string; seq: number; at: string }) {
  const { t } = useI18n();
  return (
    <article className="own" data-seq={seq} data-sender="human">
      <span className="sr-only">{t('message.you')}: </span>
      <p className="own-text">{content}</p>
      <Moment className="own-note" iso={at} />
    </article>
  );
}

interface PendingProps {
  item: Pending;
  connected: boolean;
  onEdit(item: Pending): void;
  onDiscard(item: Pending): void;
}

/** One's own question before the server has it. */
export function PendingView({ item, connected, onEdit, onDiscard }: PendingProps) {
  const { t } = useI18n();
  const note = item.refused !== null ? 'message.refused' : connected ? 'message.sending' : 'message.queued';
  return (
    <article className="own pending" data-client-id={item.clientId} data-sender="human">
      <span className="sr-only">{t('message.you')}: </span>
      <p className="own-text">{item.content}</p>
      <p className={item.refused === null ? 'own-note' : 'own-note error-text'}>
        {t(note)}
        {item.refused ? `: ${item.refused} ` : ' '}
        {item.refused !== null || !connected ? (
          <>
            <button type="button" className="text-button" onClick={() => onEdit(item)}>{t('message.edit')}</button>{' '}
            <button type="button" className="text-button" onClick={() => onDiscard(item)}>{t('message.discard')}</button>
          </>
        ) : null}
      </p>
    </article>
  );
}
