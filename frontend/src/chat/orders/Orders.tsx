import { useId, useLayoutEffect, useRef, useState } from 'react';
import type { Order } from '../../data/orders';
import { useI18n } from '../../i18n';
import { problemText, useServices } from '../services';
import { OrderSheet } from './OrderSheet';
import { useOrders } from './useOrders';

interface Props {
  first: string | null; // the order to open
  onClose(): void;
}

/** Drafts and sent orders of the company, as everybody sees them. */
export function Orders({ first, onClose }: Props) {
  const { t } = useI18n();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const { book, error, connected, load } = useOrders();
  const [gone, setGone] = useState<Order | null>(null);
  useLayoutEffect(() => {
    const held = dialog.current;
    if (held && !held.open) held.showModal();
    return () => held?.close();
  }, []);
  const drafts = book?.orders.filter((order) => order.status === 'draft') ?? [];
  const others = book?.orders.filter((order) => order.status !== 'draft') ?? [];
  const sheets = (orders: readonly Order[]) =>
    orders.map((order) => <OrderSheet key={order.number} order={order} open={order.number === first} onMoved={load} onDiscarded={setGone} />);
  return (
    <dialog ref={dialog} className="dialog orders" aria-labelledby={titleId} onCancel={onClose}>
      <h2 id={titleId}>{t('orders.title')}</h2>
      <div className="dialog-body">
        <p className="muted small no-print">{t('orders.about')}</p>
        {error ? <p className="error-text" role="alert">{error}</p> : null}
        {!connected ? <p className="warn-text" role="status">{t('orders.offline')}</p> : null}
        {gone ? <Gone order={gone} onBack={() => { setGone(null); load(); }} /> : null}
        {book === null && !error ? <p className="muted">{t('orders.loading')}</p> : null}
        {book?.orders.length === 0 ? <p>{t('orders.none')}</p> : null}
        {drafts.length > 0 ? <h3>{t('orders.drafts')} <span className="muted">({drafts.length})</span></h3> : null}
        {sheets(drafts)}
        {others.length > 0 ? <h3>{t('orders.sent')} <span className="muted">({others.length})</span></h3> : null}
        {sheets(others)}
      </div>
      <div className="dialog-actions no-print"><button type="button" className="button" onClick={onClose}>{t('orders.close')}</button></div>
    </dialog>
  );
}

/** What was just discarded can be taken back. */
function Gone({ order, onBack }: { order: Order; onBack(): void }) {
  const { t } = useI18n();
  const { api } = useServices();
  const [error, setError] = useState<string | null>(null);
  const back = async () => {
    const called = await api.moveOrder(order.number, { step: 'reopen', revision: order.revision });
    if (called.ok) onBack();
    else setError(problemText(t, called));
  };
  return (
    <p role="status" className="order-gone">
      {error ?? t('orders.discarded', { number: order.number })}{' '}
      <button type="button" className="text-button" onClick={() => void back()}>{t('orders.undo')}</button>
    </p>
  );
}
