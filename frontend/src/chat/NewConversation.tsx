import { useState, useSyncExternalStore } from 'react';
import { NEW_SESSION } from '../client/outbox';
import type { Starter } from '../client/starter';
import { useI18n } from '../i18n';
import { Composer } from './Composer';
import { useDraft } from './Conversation';
import { Header } from './Header';
import { PendingView } from './MessageView';
import { LoginAgain } from './Notice';
import { problemText, useServices } from './services';

const EXAMPLES = ['empty.example0', 'empty.example1', 'empty.example2', 'empty.example3'] as const;

export function NewConversation({ starter, onMenu }: { starter: Starter; onMenu(): void }) {
  const { t } = useI18n();
  const { onLogin } = useServices();
  const { pending, problem } = useSyncExternalStore(starter.subscribe, starter.snapshot);
  const [draft, setDraft] = useDraft(NEW_SESSION);
  const [picked, setPicked] = useState(0);
  const pick = (text: string) => {
    setDraft(text);
    setPicked(picked + 1);
  };
  return (
    <>
      <Header title={t('list.new')} onMenu={onMenu} />
      <div className="thread-wrap">
        <div className="thread">
          <div className="column">
            {pending.length === 0 ? <Welcome onPick={pick} /> : null}
            {pending.map((item) => (
              <PendingView
                key={item.clientId}
                item={item}
                connected={problem === null}
                onEdit={(chosen) => {
                  setDraft(chosen.content);
                  starter.discard(chosen.clientId);
                }}
                onDiscard={(chosen) => starter.discard(chosen.clientId)}
              />
            ))}
            {pending.length > 0 && problem && problem.status !== 401 ? <p className="error-text" role="alert">{problemText(t, problem)}</p> : null}
          </div>
        </div>
      </div>
      {problem?.status === 401 ? <LoginAgain onLogin={onLogin} /> : null}
      <Composer text={draft} onText={setDraft} onSend={(content) => starter.submit(content)} picked={picked} />
    </>
  );
}

function Welcome({ onPick }: { onPick(text: string): void }) {
  const { t } = useI18n();
  return (
    <div className="welcome">
      <h2>{t('empty.title')}</h2>
      <p>{t('empty.text')}</p>
      <p className="muted">{t('empty.hint')}</p>
      <ul>
        {EXAMPLES.map((key) => (
          <li key={key}><button type="button" className="choice" onClick={() => onPick(key === 'empty.example0' ? t(key) : `${t(key)} `)}>{key === 'empty.example0' ? t(key) : `${t(key)} …`}</button></li>
        ))}
      </ul>
    </div>
  );
}
