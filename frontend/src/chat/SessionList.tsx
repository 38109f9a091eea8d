import { useState } from 'react';
import type { SessionSummary } from '../data/http';
import { useI18n, type Key } from '../i18n';
import { Dialog } from '../ui/Dialog';
import { useNow } from '../ui/hooks';
import { Icon } from '../ui/Icon';
import { Moment } from '../ui/Moment';
import { useServices } from './services';
import type { Sessions } from './useSessions';

interface Props {
  sessions: Sessions;
  running: readonly number[];
  current: number | null;
  onOpen(id: number | null): void;
}

export function SessionList({ sessions, running, current, onOpen }: Props) {
  const { t } = useI18n();
  const [doomed, setDoomed] = useState<SessionSummary | null>(null);
  const groups = grouped(sessions.items, useNow(60_000));
  return (
    <nav className="sessions" aria-label={t('list.title')}>
      {sessions.items.length === 0 && !sessions.loading && !sessions.failed ? <p className="muted pad">{t('list.empty')}</p> : null}
      {groups.map(([key, items]) => (
        <section key={key}>
          <h2>{t(key)}</h2>
          <ul>
            {items.map((item) => (
              <Item key={item.id} item={item} running={running.includes(item.id)} current={item.id === current} onOpen={onOpen} onDelete={setDoomed} />
            ))}
          </ul>
        </section>
      ))}
      {sessions.failed ? (
        <p className="pad error-text">
          {t('list.failed')} <button type="button" className="text-button" onClick={sessions.reload}>{t('list.retry')}</button>
        </p>
      ) : null}
      {sessions.more ? <button type="button" className="text-button pad" onClick={sessions.older}>{t('list.older')}</button> : null}
      {doomed ? (
        <Deletion
          item={doomed}
          remove={sessions.remove}
          onClose={() => setDoomed(null)}
          onDone={() => {
            setDoomed(null);
            if (doomed.id === current) onOpen(null);
          }}
        />
      ) : null}
    </nav>
  );
}

interface ItemProps {
  item: SessionSummary;
  running: boolean;
  current: boolean;
  onOpen(id: number): void;
  onDelete(item: SessionSummary): void;
}

function Item({ item, running, current, onOpen, onDelete }: ItemProps) {
  const { t } = useI18n();
  const { outbox } = useServices();
  const seen = outbox.seen(item.id);
  const unread = !current && seen !== null && item.last_seq > seen;
  const title = item.preview || t('list.untitled');
  return (
    <li className={current ? 'session current' : 'session'}>
      <a
        href={`/agents/${item.id}`}
        aria-current={current ? 'page' : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
          event.preventDefault();
          onOpen(item.id);
        }}
      >
        <span className="session-title">{title}</span>
        <span className="session-note">
          <Moment iso={item.criado_em} />
          {running ? <><span className="spinner" aria-hidden="true" /><span className="sr-only">{t('job.running')}</span></> : null}
          {unread && !running ? <><span className="dot good" aria-hidden="true" /><span className="sr-only">{t('list.unread')}</span></> : null}
        </span>
      </a>
      <button type="button" className="icon-button" aria-label={`${t('list.delete')}: ${title}`} title={t('list.delete')} onClick={() => onDelete(item)}>
        <Icon name="trash" />
      </button>
    </li>
  );
}

interface DeletionProps {
  item: SessionSummary;
  remove: Sessions['remove'];
  onClose(): void;
  onDone(): void;
}

function Deletion({ item, remove, onClose, onDone }: DeletionProps) {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const confirm = async () => {
    setBusy(true);
    const reason = await remove(item.id);
    setBusy(false);
    if (reason === null) onDone();
    else setError(typeof reason === 'string' ? reason : reason === 0 ? t('error.network') : t('error.generic', { status: reason }));
  };
  return (
    <Dialog title={t('delete.title')} confirm={t('delete.confirm')} danger busy={busy} error={error} onConfirm={() => void confirm()} onClose={onClose}>
      <p><strong>{item.preview || t('list.untitled')}</strong></p>
      <p>{t('delete.text')}</p>
    </Dialog>
  );
}

const DAY_MS = 86_400_000;

function grouped(items: readonly SessionSummary[], now: number): [Key, SessionSummary[]][] {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const groups: [Key, number, SessionSummary[]][] = [
    ['list.today', midnight, []],
    ['list.yesterday', midnight - DAY_MS, []],
    ['list.week', midnight - 6 * DAY_MS, []],
    ['list.before', -Infinity, []],
  ];
  for (const item of items) {
    const at = Date.parse(item.criado_em) || 0;
    groups.find(([, from]) => at >= from)?.[2].push(item);
  }
  return groups.filter(([, , list]) => list.length > 0).map(([key, , list]) => [key, list]);
}
