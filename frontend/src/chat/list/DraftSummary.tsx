import type { BuyListData } from '../../client/list';
import { useI18n } from '../../i18n';

/** What the button of a list is about to make. */
export function DraftSummary({ list }: { list: BuyListData }) {
  const { t, f } = useI18n();
  const { totals, counts } = list;
  const lines: [string, string][] = [
    [t('list.drafts'), t('list.suppliersCount', { n: counts.groups ?? list.groups.length })],
    [t('list.lines'), String(totals.lines)],
    [t('list.total'), totals.payable ? f.money(totals.payable) : '–'],
  ];
  return <dl className="facts">{lines.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}
