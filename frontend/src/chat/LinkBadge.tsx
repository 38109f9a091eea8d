import type { Link } from '../client/driver';
import { useI18n, type I18n } from '../i18n';
import { useNow } from '../ui/hooks';

type Tone = 'good' | 'busy' | 'bad';

export function LinkBadge({ link, onRetry }: { link: Link; onRetry(): void }) {
  const { t } = useI18n();
  const timed = 'until' in link;
  const now = useNow(500, timed);
  const [tone, text] = describe(link, now, t);
  const waiting = link.kind === 'waiting' || link.kind === 'offline';
  return (
    <div className="link" data-link={link.kind}>
      <span className={`dot ${tone}`} aria-hidden="true" />
      <span>{text}</span>
      {waiting ? <button type="button" className="text-button" onClick={onRetry}>{t('link.now')}</button> : null}
    </div>
  );
}

function describe(link: Link, now: number, t: I18n['t']): [Tone, string] {
  const left = 'until' in link ? Math.max(0, Math.ceil((link.until - now) / 1000)) : 0;
  switch (link.kind) {
    case 'connected':
      return ['good', t('link.connected')];
    case 'connecting':
      return ['busy', t('link.connecting')];
    case 'waiting':
      return ['busy', t('link.waiting', { n: left })];
    case 'offline':
      return ['bad', t('link.offline')];
    case 'polling':
      return ['busy', t('link.polling')];
    case 'limited':
      return ['bad', t('link.limited', { n: left })];
    case 'ended':
      return ['bad', t(`link.${link.reason}`)];
  }
}
