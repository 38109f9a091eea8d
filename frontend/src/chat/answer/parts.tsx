import type { ReactNode } from 'react';
import type { Evidence, Missing } from '../../client/analysis';
import { useI18n } from '../../i18n';

/** A folded part of the answer. */
export function Section({ title, note, open, name, children }: { title: string; note?: string | null; open?: boolean; name: string; children: ReactNode }) {
  return (
    <details className="fold section" open={open} data-section={name}>
      <summary><span>{title}</span>{note ? <span className="muted note">{note}</span> : null}</summary>
      <div className="section-body">{children}</div>
    </details>
  );
}

/** Which data, how many rows, which period, by which method. */
export function Provenance({ evidence }: { evidence: readonly Evidence[] }) {
  const { t, f } = useI18n();
  return (
    <details className="fold quiet" data-section="evidence">
      <summary>{t('evidence.title')}</summary>
      {evidence.length === 0 ? <p className="muted">{t('evidence.none')}</p> : (
        <ul className="evidence">
          {evidence.map((item) => (
            <li key={item.id}>
              <strong>{item.label}</strong>
              <span className="muted"> · {t('evidence.rows', { n: item.rows })}</span>
              {item.start && item.end ? <span className="muted"> · {t('evidence.period', { start: f.date(item.start), end: f.date(item.end) })}</span> : null}
              {item.method ? <span className="evidence-method">{t('evidence.method', { method: item.method })}</span> : null}
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

export type Fact = [name: string, value: ReactNode | null];

/** Named values; one that the data can't give is left out. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  const known = facts.filter(([, value]) => value !== null);
  if (known.length === 0) return null;
  return <dl className="facts">{known.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

export function MissingList({ missing }: { missing: readonly Missing[] }) {
  const { t, maybe } = useI18n();
  return (
    <ul className="missing">
      {missing.map((item) => {
        const file = item.file_kind && !/arquivo|file|\.csv/i.test(item.text) ? maybe(`kind.${item.file_kind}`) : null;
        return <li key={`${item.code} ${item.text}`}>{item.text}{file ? <span className="muted"> {t('missing.file', { file })}</span> : null}</li>;
      })}
    </ul>
  );
}

export const known = <T, R>(value: T | null | undefined, show: (value: T) => R): R | null =>
  value === null || value === undefined ? null : show(value);
