import { useState } from 'react';
import { analysisOf } from '../client/analysis';
import { buyListOf } from '../client/list';
import { buttonsFor, type Button } from '../client/turns';
import type { Message } from '../client/wire';
import { useI18n } from '../i18n';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { DraftSummary } from './list/DraftSummary';
import { problemText, useServices } from './services';

const BINDING: readonly string[] = ['approve_purchase', 'approve_quantity', 'approve_list']; // what costs money is asked twice

interface Props {
  message: Message;
  ordered: boolean; // the order of this answer exists already
  onActed(): void;
}

export function Actions({ message, ordered, onActed }: Props) {
  const { t } = useI18n();
  const { api, me } = useServices();
  const [asking, setAsking] = useState<Button | null>(null);
  const [busy, setBusy] = useState<Button | null>(null);
  const [done, setDone] = useState<readonly string[]>([]);
  const [error, setError] = useState<string | null>(null);
  const run = async (button: Button) => {
    setBusy(button);
    setError(null);
    const called = await api.act(message.session_id, { action_type: button.action_type, action_data: button.action_data });
    setBusy(null);
    if (!called.ok) return setError(problemText(t, called));
    setDone((held) => [...held, button.label]);
    setAsking(null);
    onActed();
  };
  const finished = (button: Button) => done.includes(button.label) || (ordered && BINDING.includes(button.action_type));
  return (
    <div className="actions">
      {buttonsFor(message, me.role).map((button) => (
        <button
          key={`${button.action_type} ${button.label}`}
          type="button"
          className={BINDING.includes(button.action_type) ? 'button primary' : 'button'}
          data-action={button.action_type}
          disabled={busy !== null || finished(button)}
          onClick={() => (BINDING.includes(button.action_type) ? setAsking(button) : void run(button))}
        >
          {finished(button) ? <><Icon name="check" /> {t('action.done')}: {button.label}</> : button.label}
        </button>
      ))}
      {error && !asking ? <p className="error-text" role="alert">{error}</p> : null}
      {asking ? (
        <Dialog
          title={t('action.confirmTitle')}
          confirm={t('action.confirm')}
          busy={busy !== null}
          error={error}
          onConfirm={() => void run(asking)}
          onClose={() => setAsking(null)}
        >
          <OrderSummary message={message} button={asking} />
        </Dialog>
      ) : null}
    </div>
  );
}

function OrderSummary({ message, button }: { message: Message; button: Button }) {
  const { t, f } = useI18n();
  const list = buyListOf(message.metadata?.list);
  if (list) return <DraftSummary list={list} />;
  const analysis = analysisOf(message.metadata?.analysis);
  if (!analysis) return null;
  const { quantity, supplier, total, payable_total } = analysis.recommendation;
  const named = button.action_type === 'approve_quantity' ? button.action_data : null; // the buyer's own quantity
  const due = typeof named?.total === 'string' ? named.total : (payable_total ?? total);
  const amount = typeof named?.quantity === 'number' ? named.quantity : quantity;
  const lines: [string, string | null][] = [
    [t('action.product'), `${analysis.name} (${analysis.sku})`],
    [t('action.supplier'), supplier],
    [t('action.quantity'), amount === null ? null : f.withUnit(amount, analysis.unit)],
    [t('action.total'), due === null ? null : f.money(due)],
  ];
  return (
    <dl className="facts">
      {lines.map(([name, value]) => (value === null ? null : <div key={name}><dt>{name}</dt><dd>{value}</dd></div>))}
    </dl>
  );
}
