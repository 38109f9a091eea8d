import type { Analysis, OfferLine } from '../../client/analysis';
import { useI18n, type I18n } from '../../i18n';
import { PriceChart } from '../../ui/PriceChart';
import { Facts, known, Provenance, Section } from './parts';

export function Offers({ analysis, open }: { analysis: Analysis; open: boolean }) {
  const i18n = useI18n();
  const { t, f } = i18n;
  const { prices } = analysis;
  const offers = [...prices.offers].sort((a, b) => (a.rank || Infinity) - (b.rank || Infinity));
  return (
    <Section title={t('section.offers')} name="offers" note={prices.dearness ? t(`dearness.${prices.dearness}`) : null} open={open}>
      {offers.length > 0 ? <><OfferTable offers={offers} analysis={analysis} /><p className="muted small">{t('offers.duNote')}</p></> : null}
      <Facts
        facts={[
          [t(prices.paid_source === 'order' || prices.paid_source === undefined ? 'offers.last' : 'offers.lastQuote'), known(prices.last_paid, (price) => lastPaid(price, prices.last_paid_on, i18n))],
          [t('offers.average'), known(prices.average_12m, f.unitCost)],
          [t('offers.versus'), known(prices.best_vs_average_percent, (percent) => f.points(percent))],
          [t('offers.trend'), known(prices.trend_percent_year, (percent) => t('offers.trendYear', { percent: f.points(percent) }))],
        ]}
      />
      {prices.history.length > 1 ? <PriceChart points={prices.history} /> : null}
      <Provenance evidence={prices.evidence} />
    </Section>
  );
}

const lastPaid = (price: string, on: string | null, { t, f }: I18n): string =>
  on ? t('offers.lastOn', { price: f.unitPrice(price), date: f.date(on) }) : f.unitPrice(price);

function OfferTable({ offers, analysis }: { offers: readonly OfferLine[]; analysis: Analysis }) {
  const { t } = useI18n();
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={t('section.offers')}>
      <table data-table="offers">
        <thead>
          <tr>
            <th scope="col">{t('offers.supplier')}</th>
            <th scope="col" className="num">{t('offers.quantity')}</th>
            <th scope="col" className="num">{t('offers.price')}</th>
            <th scope="col" className="num">{t('offers.landed')}</th>
            <th scope="col" className="num">{t('offers.total')}</th>
            <th scope="col" className="num">{t('offers.promised')}</th>
            <th scope="col" className="num">{t('offers.measured')}</th>
            <th scope="col" className="num">{t('offers.onTime')}</th>
          </tr>
        </thead>
        <tbody>{offers.map((offer) => <OfferRow key={offer.offer_id} offer={offer} analysis={analysis} />)}</tbody>
      </table>
    </div>
  );
}

function OfferRow({ offer, analysis }: { offer: OfferLine; analysis: Analysis }) {
  const i18n = useI18n();
  const { t, f } = i18n;
  const chosen = offer.offer_id === analysis.recommendation.offer_id;
  const best = offer.offer_id === analysis.prices.best_offer_id;
  return (
    <tr className={chosen ? 'chosen' : offer.expired ? 'expired' : undefined}>
      <th scope="row">
        {offer.supplier}{' '}
        {chosen ? <span className="tag good">{t('offers.chosen')}</span> : best ? <span className="tag">{t('offers.best')}</span> : null}
        <span className="cell-note">{conditions(offer, analysis.unit, i18n)}</span>
        {offer.next_tier ? (
          <span className="cell-note">
            {t('offers.tier', {
              quantity: f.withUnit(offer.next_tier.min_quantity, analysis.unit),
              price: f.unitPrice(offer.next_tier.unit_price),
              percent: f.percent(offer.next_tier.saving_percent / 100),
            })}
          </span>
        ) : null}
      </th>
      <td className="num">{f.withUnit(offer.quantity, analysis.unit)}</td>
      <td className="num">{f.unitPrice(offer.unit_price)}</td>
      <td className="num">{f.unitCost(offer.landed_unit_cost)}</td>
      <td className="num">{f.money(offer.payable ?? offer.total)}</td>
      <td className="num">{offer.promised_lead_time_days === null ? <Unknown /> : t('offers.days', { n: offer.promised_lead_time_days })}</td>
      <td className="num">{offer.measured_lead_time_days === null ? <Unknown /> : t('offers.days', { n: f.decimal(offer.measured_lead_time_days) })}</td>
      <td className="num">{offer.on_time_share === null ? <Unknown /> : f.percent(offer.on_time_share)}</td>
    </tr>
  );
}

function Unknown() {
  const { t } = useI18n();
  return <span className="muted" title={t('offers.unknown')}>–<span className="sr-only">{t('offers.unknown')}</span></span>;
}

function conditions(offer: OfferLine, unit: string, { t, f }: I18n): string {
  const parts = [
    offer.moq > 1 ? t('offers.moq', { moq: f.withUnit(offer.moq, unit) }) : null,
    offer.pack_multiple > 1 ? t('offers.pack', { pack: f.quantity(offer.pack_multiple) }) : null,
    offer.payment_terms.length > 0 ? offer.payment_terms.every((days) => days === 0) ? t('offers.cash') : t('offers.terms', { terms: offer.payment_terms.join('/') }) : null,
    known(offer.valid_until, (date) => t(offer.expired ? 'offers.expired' : 'offers.valid', { date: f.date(date) })),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}
