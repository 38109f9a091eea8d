import { useState, type ReactNode } from 'react';
import { regrouped, shownLines, some, type BuyListData, type ListGroup, type ListLine } from '../../client/list';
import { splitProse } from '../../client/prose';
import { metaText, type Message } from '../../client/wire';
import { useI18n } from '../../i18n';
import { Markdown } from '../../ui/Markdown';
import { Section } from '../answer/parts';
import { useServices } from '../services';
import { GroupTable } from './GroupTable';

const OPEN_GROUPS = 2; // the most urgent suppliers; the rest is folded

interface Props {
  list: BuyListData;
  message: Message;
  actions: ReactNode;
}

/** What to buy today: the words, the sums, then supplier by supplier. */
export function BuyList({ list, message, actions }: Props) {
  const { t } = useI18n();
  const jobId = metaText(message, 'job_id');
  const { groups, whole, busy, failed, load } = useLines(list, message.session_id, jobId);
  const { totals, counts } = list;
  return (
    <div className="answer list" data-list="buy_list">
      <div className="lead"><Markdown text={splitProse(message.content).lead.split('\n\n')[0] ?? ''} /></div>
      {totals.lines > 0 ? <Sums list={list} /> : null}
      {actions}
      {jobId ? <Downloads sessionId={message.session_id} jobId={jobId} /> : null}
      <div className="sections">
        {groups.map((group, place) => <Group key={group.supplier_id ?? group.supplier} group={group} open={place < OPEN_GROUPS} />)}
        {!whole && jobId ? (
          <p className="list-more">
            <button type="button" className="button" disabled={busy} onClick={load}>{busy ? t('list.loading') : t('list.all', { n: totals.lines })}</button>
            {failed ? <span className="error-text" role="alert"> {t('list.failedLoad')}</span> : null}
          </p>
        ) : null}
        <Others title={t('list.upcoming')} name="upcoming" lines={list.upcoming} count={counts.upcoming} />
        <Others title={t('list.review')} name="review" lines={list.review} count={counts.review} />
        <Others title={t('list.leftOut')} name="left_out" lines={list.left_out} count={counts.left_out} />
        <Others title={t('list.notAnalysed')} name="failed" lines={list.failed} count={counts.failed} />
      </div>
      {list.waiting > 0 ? <p className="muted small">{t('list.waiting', { n: list.waiting })}</p> : null}
    </div>
  );
}

/** The lines in the message, or all of them once they were asked for. */
function useLines(list: BuyListData, sessionId: number, jobId: string | null) {
  const { api } = useServices();
  const [lines, setLines] = useState<readonly ListLine[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const load = async () => {
    if (!jobId) return;
    setBusy(true);
    setFailed(false);
    const held: ListLine[] = [];
    for (;;) {
      const page = await api.listRows(sessionId, jobId, 'lines', held.length);
      if (!page.ok) {
        setFailed(true);
        break;
      }
      held.push(...page.value.rows);
      if (page.value.rows.length === 0 || held.length >= page.value.total) {
        setLines(held);
        break;
      }
    }
    setBusy(false);
  };
  const groups = lines ? regrouped(list.groups, lines) : list.groups;
  return { groups, whole: lines !== null || shownLines(list) >= list.totals.lines, busy, failed, load: () => void load() };
}

function Sums({ list }: { list: BuyListData }) {
  const { t, f } = useI18n();
  const { totals } = list;
  const freight = some(totals.freight) ? t('list.freight', { money: f.money(totals.freight) }) : null;
  const cards: [string, string, string | null][] = [
    [t('list.total'), totals.payable ? f.money(totals.payable) : '–', totals.budget ? t('list.budget', { money: f.money(totals.budget) }) : freight],
    [t('list.lines'), String(totals.lines), t('list.suppliersCount', { n: list.counts.groups ?? list.groups.length })],
    ...(some(totals.at_risk) ? [[t('list.risk'), f.money(totals.at_risk), t('list.riskNote')] as [string, string, string]] : []),
    ...(some(totals.saved) ? [[t('list.saved'), f.money(totals.saved), t('list.savedNote')] as [string, string, string]] : []),
  ];
  return (
    <dl className="cards">
      {cards.map(([name, value, note]) => (
        <div className="card" key={name}>
          <dt>{name}</dt>
          <dd><span className="card-value">{value}</span>{note ? <span className="card-note">{note}</span> : null}</dd>
        </div>
      ))}
    </dl>
  );
}

function Downloads({ sessionId, jobId }: { sessionId: number; jobId: string }) {
  const { t } = useI18n();
  const address = (kind: string) => `/api/chat/sessions/${sessionId}/lists/${encodeURIComponent(jobId)}/export?kind=${kind}`;
  return (
    <p className="downloads">
      <a href={address('xlsx')} download>{t('list.xlsx')}</a>
      <a href={address('csv')} download>{t('list.csv')}</a>
    </p>
  );
}

function Group({ group, open }: { group: ListGroup; open: boolean }) {
  const { t, f } = useI18n();
  const note = [t('list.items', { n: group.count }), group.payable ? f.money(group.payable) : null].filter(Boolean).join(' · ');
  return (
    <Section title={group.supplier} note={note} name="supplier" open={open}>
      {group.minimum_order && group.short_of_minimum ? (
        <p className="remark warn-text">{t('list.minimum', { minimum: f.money(group.minimum_order), short: f.money(group.short_of_minimum) })}</p>
      ) : null}
      {some(group.freight) ? <p className="muted small">{t('list.freight', { money: f.money(group.freight) })}</p> : null}
      <GroupTable label={group.supplier} lines={group.lines} />
    </Section>
  );
}

/** Lines that are not to be bought now, and why. */
function Others({ title, name, lines, count }: { title: string; name: string; lines: readonly ListLine[]; count: number | undefined }) {
  const { t, f, maybe } = useI18n();
  if (lines.length === 0) return null;
  const all = count ?? lines.length;
  const words = (line: ListLine) => {
    if (name !== 'upcoming') return [line.payable ? f.money(line.payable) : null, maybe(`list.why.${line.why}`) ?? line.reason];
    const later = line.later_quantity === null ? null : f.withUnit(line.later_quantity, line.unit);
    return [later, line.later_payable ? f.money(line.later_payable) : null, line.order_by ? `${t('list.orderBy')} ${f.date(line.order_by)}` : null];
  };
  return (
    <Section title={title} note={String(all)} name={name}>
      <ul className="others">
        {lines.map((line) => (
          <li key={line.sku}>
            <strong>{line.name}</strong> <span className="sku">{line.sku}</span>
            <span className="cell-note">{words(line).filter(Boolean).join(' · ')}</span>
          </li>
        ))}
      </ul>
      {all > lines.length ? <p className="muted small">{t('list.more', { n: all - lines.length })}</p> : null}
    </Section>
  );
}
