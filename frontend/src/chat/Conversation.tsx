import { useCallback, useEffect, useState } from 'react';
import type { Link } from '../client/driver';
import type { Place } from '../client/outbox';
import type { Pending, SessionState } from '../client/state';
import { useI18n } from '../i18n';
import { Announcer } from './Announcer';
import { Composer } from './Composer';
import { Header } from './Header';
import { LinkBadge } from './LinkBadge';
import { PendingView } from './MessageView';
import { LoginAgain, Notice } from './Notice';
import { useServices } from './services';
import { Thread } from './Thread';
import { useSession, useTitle } from './useSession';

export function useDraft(place: Place): [string, (text: string) => void] {
  const { outbox } = useServices();
  const [text, setText] = useState(() => outbox.draft(place));
  const keep = useCallback((next: string) => {
    setText(next);
    outbox.keepDraft(place, next);
  }, [outbox, place]);
  return [text, keep];
}

interface Props {
  sessionId: number;
  title: string;
  onMenu(): void;
  onChanged(lastSeq: number): void;
}

export function Conversation({ sessionId, title, onMenu, onChanged }: Props) {
  const { t } = useI18n();
  const { onLogin, outbox, tab } = useServices();
  const [view, link] = useSession(sessionId);
  const [draft, setDraft] = useDraft(sessionId);
  useTitle(view);
  const { state } = view;
  const { lastSeq, liveFrom } = state;
  useEffect(() => {
    if (liveFrom === null) return;
    if (outbox.opening(tab) === sessionId) outbox.setOpening(tab, null);
    if (document.visibilityState === 'visible') outbox.markSeen(sessionId, lastSeq);
    onChanged(lastSeq);
  }, [sessionId, lastSeq, liveFrom, outbox, tab, onChanged]);
  const cancel = useCallback((jobId: string) => void link.cancel(jobId), [link]);
  const acted = useCallback(() => link.refresh(), [link]);
  const edit = (item: Pending) => {
    setDraft(draft.trim() ? `${item.content}\n${draft}` : item.content);
    link.discard(item.clientId);
  };
  return (
    <>
      <Header title={title || firstQuestion(state) || t('list.untitled')} onMenu={onMenu}><LinkBadge link={view.link} onRetry={() => link.wake()} /></Header>
      <Announcer state={state} />
      <Thread state={state} onCancel={cancel} onActed={acted}>
        {state.pending.map((item) => (
          <PendingView
            key={item.clientId}
            item={item}
            connected={view.link.kind === 'connected' || view.link.kind === 'polling'}
            onEdit={edit}
            onDiscard={(chosen) => link.discard(chosen.clientId)}
          />
        ))}
      </Thread>
      {state.notice ? <Notice text={state.notice} onClose={() => link.dismiss()} /> : null}
      <Ended link={view.link} onLogin={onLogin} />
      {view.link.kind === 'ended' && view.link.reason === 'gone' ? null : (
        <Composer text={draft} onText={setDraft} onSend={(content) => link.submit(content)} onFocus={() => link.wake()} />
      )}
    </>
  );
}

const firstQuestion = (state: SessionState): string | undefined => state.messages.find((message) => message.sender === 'human')?.content;

function Ended({ link, onLogin }: { link: Link; onLogin(): void }) {
  const { t } = useI18n();
  if (link.kind !== 'ended') return null;
  if (link.reason === 'login') return <LoginAgain onLogin={onLogin} />;
  return <div className="notice" role="alert"><span>{t(`link.${link.reason}.text`)}</span></div>;
}
