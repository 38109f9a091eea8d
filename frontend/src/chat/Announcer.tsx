import { useEffect, useRef, useState } from 'react';
import { plain, splitProse } from '../client/prose';
import type { SessionState } from '../client/state';
import { isAnnounced } from '../client/turns';
import type { Message } from '../client/wire';
import { useI18n, type I18n } from '../i18n';

/** A screen reader hears each finished answer once; what was there when the page opened is silent. */
export function Announcer({ state }: { state: SessionState }) {
  const i18n = useI18n();
  const heard = useRef(0);
  const [said, setSaid] = useState({ text: '', seq: 0 });
  const { messages, liveFrom } = state;
  useEffect(() => {
    if (liveFrom === null) return;
    const after = Math.max(heard.current, liveFrom);
    const fresh = messages.filter((message) => message.seq > after && isAnnounced(message));
    heard.current = Math.max(after, state.lastSeq);
    if (fresh.length > 0) setSaid({ text: fresh.map((message) => spoken(message, i18n)).join(' '), seq: heard.current });
  }, [messages, liveFrom, state.lastSeq, i18n]);
  // A new element each time: the same words again would change nothing, and not be heard.
  return <div className="sr-only" role="status" aria-live="polite" aria-atomic="true" data-testid="announcer"><span key={said.seq}>{said.text}</span></div>;
}

export function spoken(message: Message, { t }: I18n): string {
  const text = plain(splitProse(message.content).lead);
  switch (message.metadata?.type) {
    case 'analysis_result':
      return t('announce.result', { text });
    case 'analysis_error':
      return t('announce.error', { text });
    case 'analysis_cancelled':
      return t('announce.cancelled');
    default:
      return text;
  }
}
