import { useRef, useState } from 'react';
import { orderFile } from '../../data/http';
import { writeQuantity, parseQuantity, type Order, type OrderChange } from '../../data/orders';
import { useI18n } from '../../i18n';
import { problemText, useServices } from '../services';
import { OrderLines } from './OrderLines';

interface Props {
  order: Order;
  open: boolean;
  onMoved(): void;
  onDiscarded(order: Order): void;
}

/** One order: a line in the list, unfolded its sheet. */
export function OrderSheet({ order, open, onMoved, onDiscarded }: Props) {
  const { t, f, maybe } = useI18n();
  const facts = [
    t('orders.items', { n: order.lines.length }),
    order.created_by ? t('orders.made', { name: order.created_by }) : null,
    order.status === 'draft' ? null : t('orders.sentOn', { date: f.shortDate(order.ordered_on) }),
    order.expected_on ? t('orders.expected', { date: f.shortDate(order.expected_on) }) : null,
  ];
  return (
    <details className="order" data-order={order.number} data-status={order.status} open={open}>
      <summary>
        <span><strong>{order.supplier}</strong> <span className="sku">{order.number}</span></span>
        <span className="tag">{maybe(`orders.status.${order.status}`) ?? order.status}</span>
        <span className="order-sum">{order.total ? f.money(order.total) : '–'}</span>
        <span className="muted small order-note">{facts.filter(Boolean).join(' · ')}</span>
      </summary>
      <Editor order={order} onMoved={onMoved} onDiscarded={onDiscarded} />
    </details>
  );
}

function Editor({ order, onMoved, onDiscarded }: Omit<Props, 'open'>) {
  const { t } = useI18n();
  const { me } = useServices();
  const { typed, type, replaced, dirty, wrong, quantities, forget } = useTyped(order);
  const { busy, error, run } = useSteps(order, onMoved);
  const [asking, setAsking] = useState<'send' | 'discard' | null>(null);
  const may = me.role !== 'viewer';
  const draft = order.status === 'draft';
  const confirm = async () => {
    const moved = asking && (await run({ step: asking, revision: order.revision }));
    setAsking(null);
    if (moved && asking === 'discard') onDiscarded(moved);
  };
  return (
    <div className="order-body">
      {replaced ? <p className="warn-text" role="status">{t('orders.changedElsewhere')}</p> : null}
      <OrderLines order={order} typed={typed} onType={draft && may ? type : null} />
      {error ? <p className="error-text" role="alert">{error}</p> : null}
      {asking ? (
        <div className="order-ask" role="group" aria-label={t(`orders.${asking}`)}>
          <p>{t(`orders.${asking}Ask`, { number: order.number, supplier: order.supplier })}</p>
          <button type="button" className={asking === 'discard' ? 'button danger' : 'button primary'} disabled={busy} onClick={() => void confirm()}>{busy ? t('orders.busy') : t('orders.confirm')}</button>
          <button type="button" className="button" onClick={() => setAsking(null)}>{t('orders.back')}</button>
        </div>
      ) : may ? (
        <div className="actions no-print">
          {dirty ? (
            <>
              <button type="button" className="button primary" disabled={busy || wrong} onClick={() => void run({ step: 'change', revision: order.revision, quantities })}>{t('orders.save')}</button>
              <button type="button" className="button" onClick={forget}>{t('orders.undo')}</button>
            </>
          ) : (
            <>
              {draft ? <button type="button" className="button primary" disabled={busy} onClick={() => setAsking('send')}>{t('orders.send')}</button> : null}
              {order.status === 'sent' ? <button type="button" className="button" disabled={busy} onClick={() => void run({ step: 'reopen', revision: order.revision })}>{t('orders.reopen')}</button> : null}
              {draft || order.status === 'sent' ? <button type="button" className="button" disabled={busy} onClick={() => setAsking('discard')}>{t('orders.discard')}</button> : null}
            </>
          )}
        </div>
      ) : null}
      <Files order={order} />
    </div>
  );
}

/** What is being typed, by line. A newer sheet takes its place, and says so if anything is lost by that. */
function useTyped(order: Order) {
  const { locale } = useI18n();
  const [held, setHeld] = useState<{ revision: number; typed: Readonly<Record<number, string>>; replaced: boolean }>({ revision: order.revision, typed: {}, replaced: false });
  const quantities: Record<number, number> = {};
  let wrong = false;
  for (const { line, quantity } of order.lines) {
    const text = held.typed[line];
    if (text === undefined) continue;
    const value = parseQuantity(text, locale);
    if (value === null) wrong = true;
    else if (value !== quantity) quantities[line] = value;
  }
  const dirty = wrong || Object.keys(quantities).length > 0;
  if (held.revision !== order.revision) setHeld({ revision: order.revision, typed: {}, replaced: dirty });
  const type = (line: number, text: string) => setHeld({ ...held, typed: { ...held.typed, [line]: text }, replaced: false });
  const typed = (line: number): string => held.typed[line] ?? writeQuantity(order.lines.find((one) => one.line === line)?.quantity ?? 0, locale);
  const forget = () => setHeld({ ...held, typed: {}, replaced: false });
  return { typed, type, forget, replaced: held.replaced, dirty, wrong, quantities };
}

function useSteps(order: Order, onMoved: () => void) {
  const { t } = useI18n();
  const { api } = useServices();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = async (change: OrderChange): Promise<Order | null> => {
    setBusy(true);
    setError(null);
    const called = await api.moveOrder(order.number, change);
    setBusy(false);
    if (!called.ok) setError(problemText(t, called));
    onMoved(); // also when it was refused: somebody else was faster
    return called.ok ? called.value : null;
  };
  return { busy, error, run };
}

/** The order to take along: files, a text to paste, paper. */
function Files({ order }: { order: Order }) {
  const { t } = useI18n();
  const { api } = useServices();
  const [text, setText] = useState<{ revision: number; text: string } | null>(null);
  const [copied, setCopied] = useState(false);
  const show = async () => {
    const called = await api.orderText(order.number);
    setText({ revision: order.revision, text: called.ok ? called.value : problemText(t, called) });
    setCopied(false);
  };
  const field = useRef<HTMLTextAreaElement>(null);
  const copy = () => {
    const clipboard = navigator.clipboard as Clipboard | undefined; // browsers give it to https and localhost only
    field.current?.select();
    void clipboard?.writeText(shown ?? '').then(() => setCopied(true));
  };
  const print = (button: HTMLElement) => {
    const sheet = button.closest('.order');
    sheet?.setAttribute('data-printed', '');
    window.print();
    sheet?.removeAttribute('data-printed');
  };
  const shown = text?.revision === order.revision ? text.text : null;
  const mail = `mailto:${encodeURIComponent(order.email)}?subject=${encodeURIComponent(t('orders.subject', { number: order.number }))}&body=${encodeURIComponent(shown ?? '')}`;
  return (
    <div className="order-files no-print">
      <p className="downloads">
        <a href={orderFile(order.number, 'xlsx')} download>{t('list.xlsx')}</a>
        <a href={orderFile(order.number, 'csv')} download>{t('list.csv')}</a>
        <button type="button" className="text-button" onClick={(event) => print(event.currentTarget)}>{t('orders.print')}</button>
        <button type="button" className="text-button" onClick={() => void show()}>{t('orders.text')}</button>
      </p>
      {shown !== null ? (
        <>
          <textarea ref={field} readOnly rows={8} aria-label={t('orders.text')} value={shown} />
          <p className="downloads">
            <button type="button" className="text-button" onClick={copy}>{copied ? t('orders.copied') : t('orders.copy')}</button>
            {order.email ? <a href={mail}>{t('orders.mail')}</a> : null}
          </p>
        </>
      ) : null}
    </div>
  );
}
