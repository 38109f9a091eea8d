import { useI18n } from '../i18n';
import { useNow } from './hooks';

/** The hour of something of today, the day of anything older. */
export function Moment({ iso, className }: { iso: string; className?: string }) {
  const { f } = useI18n();
  return <time className={className} dateTime={iso}>{f.moment(iso, useNow(60_000))}</time>;
}
