import { useState } from 'react';
import { optionsOf, type Option } from '../client/turns';
import { metaNumber, type Message } from '../client/wire';
import { useI18n } from '../i18n';
import { problemText, useServices } from './services';

/** "Did you mean": each candidate is a button. */
export function Choices({ message, onActed }: { message: Message; onActed(): void }) {
  const { t } = useI18n();
  const { api } = useServices();
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const choose = async (option: Option) => {
    setBusy(option.sku);
    setError(null);
    const inReplyTo = metaNumber(message, 'in_reply_to') ?? message.seq;
    const called = await api.act(message.session_id, {
      action_type: 'choose_product',
      action_data: { sku: option.sku, in_reply_to: inReplyTo },
    });
    setBusy(null);
    if (called.ok) onActed();
    else setError(problemText(t, called));
  };
  return (
    <div className="choices" role="group" aria-label={t('choose.label')}>
      {optionsOf(message).map((option) => (
        <button key={option.sku} type="button" className="choice" disabled={busy !== null} data-sku={option.sku} onClick={() => void choose(option)}>
          <span>{option.name}</span>
          <span className="sku">{option.sku}</span>
        </button>
      ))}
      {error ? <p className="error-text" role="alert">{error}</p> : null}
    </div>
  );
}
