import { fitsPack, parseQuantity, type Order, type OrderLine } from '../../data/orders';
import { useI18n } from '../../i18n';

interface Props {
  order: Order;
  typed(line: number): string;
  onType: ((line: number, text: string) => void) | null; // null: only to be read
}

/** The lines of an order, its quantities as fields where they may be changed. */
export function OrderLines({ order, typed, onType }: Props) {
  const { t, f } = useI18n();
  const { minimum_order: least, total } = order;
  const short = least !== null && total !== null ? Number(least) - Number(total) : 0; // for a remark only
  return (
    <>
      <div className="scroll-x">
        <table data-table="order" aria-label={order.number}>
          <thead>
            <tr>
              <th scope="col">{t('orders.product')}</th>
              <th scope="col" className="num">{t('orders.quantity')}</th>
              <th scope="col" className="num">{t('orders.price')}</th>
              <th scope="col" className="num">{t('orders.lineTotal')}</th>
            </tr>
          </thead>
          <tbody>
            {order.lines.map((line) => <Row key={line.line} line={line} typed={typed(line.line)} onType={onType && ((text) => onType(line.line, text))} />)}
          </tbody>
          {total !== null ? (
            <tfoot><tr><th scope="row" colSpan={2}>{t('orders.total')}</th><td /><td className="num"><strong>{f.money(total)}</strong></td></tr></tfoot>
          ) : null}
        </table>
      </div>
      {least !== null && short > 0 ? <p className="warn-text small">{t('orders.belowOrder', { minimum: f.money(least), short: f.money(short.toFixed(2)) })}</p> : null}
    </>
  );
}

function Row({ line, typed, onType }: { line: OrderLine; typed: string; onType: ((text: string) => void) | null }) {
  const { t, f, locale } = useI18n();
  const value = parseQuantity(typed, locale);
  const changed = value !== line.quantity; // the price follows the supplier's table once it is saved
  return (
    <tr>
      <th scope="row">{line.name} <span className="sku">{line.sku}</span><Remark line={line} value={value} /></th>
      <td className="num">
        {onType ? (
          <><input className="quantity" inputMode="decimal" value={typed} aria-label={t('orders.quantityOf', { name: line.name, unit: line.unit })} aria-invalid={value === null} onChange={(event) => onType(event.target.value)} /> {line.unit}</>
        ) : f.withUnit(line.quantity, line.unit)}
      </td>
      <td className="num">{line.unit_price && !changed ? f.unitPrice(line.unit_price) : '–'}</td>
      <td className="num">{line.total && !changed ? f.money(line.total) : '–'}</td>
    </tr>
  );
}

function Remark({ line, value }: { line: OrderLine; value: number | null }) {
  const { t, f } = useI18n();
  if (value === null) return <span className="cell-note error-text" role="alert">{t('orders.bad')}</span>;
  if (value === 0) return <span className="cell-note warn-text">{t('orders.remove')}</span>;
  if (value < line.minimum) return <span className="cell-note warn-text">{t('orders.belowMinimum', { quantity: f.withUnit(line.minimum, line.unit) })}</span>;
  if (!fitsPack(value, line.pack)) return <span className="cell-note warn-text">{t('orders.notPack', { quantity: f.withUnit(line.pack, line.unit) })}</span>;
  return null;
}
