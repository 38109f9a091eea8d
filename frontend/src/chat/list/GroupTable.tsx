import { some, type ListLine } from '../../client/list';
import { useI18n } from '../../i18n';

/** The lines of one supplier. */
export function GroupTable({ label, lines }: { label: string; lines: readonly ListLine[] }) {
  const { t } = useI18n();
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={label}>
      <table data-table="list">
        <thead>
          <tr>
            <th scope="col">{t('list.product')}</th>
            <th scope="col" className="num">{t('list.quantity')}</th>
            <th scope="col" className="num">{t('list.payable')}</th>
            <th scope="col" className="num">{t('list.orderBy')}</th>
            <th scope="col" className="num">{t('list.atRisk')}</th>
          </tr>
        </thead>
        <tbody>{lines.map((line) => <Row key={line.sku} line={line} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ line }: { line: ListLine }) {
  const { t, f } = useI18n();
  const note = [line.sku, line.reason].filter(Boolean).join(' · ');
  return (
    <tr data-sku={line.sku}>
      <th scope="row">
        {line.name}
        <span className="cell-note">{note}</span>
        {line.drafted > 0 ? <span className="cell-note warn-text">{t('list.drafted', { quantity: f.withUnit(line.drafted, line.unit) })}</span> : null}
      </th>
      <td className="num" data-label={t('list.quantity')}>{line.quantity === null ? '–' : f.withUnit(line.quantity, line.unit)}</td>
      <td className="num" data-label={t('list.payable')}>{line.payable ? f.money(line.payable) : '–'}</td>
      <td className="num" data-label={t('list.orderBy')}>{line.overdue ? <span className="bad-text">{t('list.now')}</span> : line.order_by ? f.shortDate(line.order_by) : '–'}</td>
      <td className="num" data-label={t('list.atRisk')}>{some(line.at_risk) ? f.money(line.at_risk) : '–'}</td>
    </tr>
  );
}
