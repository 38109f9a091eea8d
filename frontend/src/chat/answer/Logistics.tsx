import type { Analysis, ArrivingOrder, SupplierLeadTime } from '../../client/analysis';
import { useI18n } from '../../i18n';
import { Facts, known, Provenance, Section } from './parts';

export function Logistics({ analysis, open }: { analysis: Analysis; open: boolean }) {
  const { t, f } = useI18n();
  const { logistics, unit } = analysis;
  return (
    <Section title={t('section.logistics')} name="logistics" open={open} note={known(logistics.probable_arrival, (date) => `${t('logistics.arrival')}: ${f.date(date)}`)}>
      <Facts
        facts={[
          [t('logistics.lead'), known(logistics.lead_time, (range) => t('logistics.leadValue', { expected: f.decimal(range.expected), low: f.decimal(range.low), high: f.decimal(range.high) }))],
          [t('logistics.arrival'), known(logistics.probable_arrival, (date) => f.date(date))],
          [t('logistics.earliest'), known(logistics.earliest_arrival, (date) => f.date(date))],
          [t('logistics.freight'), known(logistics.freight, (money) => f.money(money))],
        ]}
      />
      {logistics.holidays_ahead.length > 0 ? <p className="remark"><span className="muted">{t('logistics.holidays')}:</span> {logistics.holidays_ahead.map(([date, name]) => `${f.shortDate(date)} ${name}`).join(', ')}</p> : null}
      {logistics.suppliers.length > 0 ? <SupplierTable suppliers={logistics.suppliers} /> : null}
      {logistics.arriving.length > 0 ? <ArrivingTable orders={logistics.arriving} unit={unit} /> : null}
      <Provenance evidence={logistics.evidence} />
    </Section>
  );
}

function SupplierTable({ suppliers }: { suppliers: readonly SupplierLeadTime[] }) {
  const { t, f } = useI18n();
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={t('offers.lead')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('logistics.supplier')}</th>
            <th scope="col" className="num">{t('logistics.promised')}</th>
            <th scope="col" className="num">{t('logistics.measured')}</th>
            <th scope="col" className="num">{t('offers.onTime')}</th>
            <th scope="col" className="num">{t('logistics.receipts')}</th>
          </tr>
        </thead>
        <tbody>
          {suppliers.map((item) => (
            <tr key={item.supplier_id}>
              <th scope="row">{item.supplier}{item.pooled ? <span className="cell-note">{t('logistics.pooled')}</span> : null}</th>
              <td className="num">{known(item.promised_days, String) ?? '–'}</td>
              <td className="num">{measured(item, f.decimal, (low, high, median) => t('logistics.between', { low, high, median }))}</td>
              <td className="num">{known(item.on_time_share, f.percent) ?? '–'}</td>
              <td className="num">{item.receipts}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function measured(item: SupplierLeadTime, show: (n: number) => string, between: (low: string, high: string, median: string) => string): string {
  if (item.measured_median === null) return '–';
  if (item.measured_low === null || item.measured_high === null) return show(item.measured_median);
  return between(show(item.measured_low), show(item.measured_high), show(item.measured_median));
}

function ArrivingTable({ orders, unit }: { orders: readonly ArrivingOrder[]; unit: string }) {
  const { t, f } = useI18n();
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={t('logistics.arriving')}>
      <table>
        <caption>{t('logistics.arriving')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('logistics.order')}</th>
            <th scope="col">{t('logistics.supplier')}</th>
            <th scope="col" className="num">{t('logistics.outstanding')}</th>
            <th scope="col">{t('logistics.expected')}</th>
            <th scope="col">{t('logistics.probable')}</th>
            <th scope="col" className="num">{t('logistics.late')}</th>
          </tr>
        </thead>
        <tbody>
          {orders.map((order) => (
            <tr key={order.order_number}>
              <th scope="row">{order.order_number}</th>
              <td>{order.supplier}</td>
              <td className="num">{f.withUnit(order.outstanding, unit)}</td>
              <td>{known(order.expected_on, f.date) ?? '–'}</td>
              <td>{known(order.probable_on, f.date) ?? '–'}</td>
              <td className="num">{known(order.late_probability, f.chance) ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
