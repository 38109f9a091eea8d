import type { ReactNode } from 'react';
import type { Analysis } from '../../client/analysis';
import { useI18n, type I18n } from '../../i18n';
import { known } from './parts';

type Tone = 'good' | 'warn' | 'bad' | 'plain';

interface Card {
  name: string;
  label: string;
  value: string;
  notes: (string | null)[];
  tone: Tone;
}

/** The numbers that the decision hangs on. A card without its number isn't shown: the list of missing data says why. */
export function Cards({ analysis }: { analysis: Analysis }) {
  const i18n = useI18n();
  const cards = [demand, coverage, stockout, orderBy, quantity, total, risk].map((make) => make(analysis, i18n));
  return (
    <dl className="cards">
      {cards.map((card) => (card ? <CardView key={card.name} card={card} /> : null))}
    </dl>
  );
}

function CardView({ card }: { card: Card }): ReactNode {
  return (
    <div className={`card ${card.tone}`} data-card={card.name}>
      <dt>{card.label}</dt>
      <dd>
        <span className="card-value">{card.value}</span>
        {card.notes.map((note) => (note ? <span key={note} className="card-note">{note}</span> : null))}
      </dd>
    </div>
  );
}

type Make = (analysis: Analysis, i18n: I18n) => Card | null;

const demand: Make = ({ demand: found, unit }, { t, f }) =>
  known(found.total, (range) => ({
    name: 'demand',
    label: t('card.demand', { n: found.horizon_days }),
    value: f.withUnit(range.expected, unit),
    notes: [`${t('card.range', { low: f.quantity(range.low, unit), high: f.quantity(range.high, unit) })} (${f.percent(range.level)})`],
    tone: 'plain',
  }));

const coverage: Make = ({ demand: found, unit }, { t, f }) => {
  const stock = known(found.available, (quantity) => f.withUnit(quantity, unit));
  if (found.coverage_days === null) return known(stock, (value) => ({ name: 'stock', label: t('card.stock'), value, notes: [], tone: 'plain' }));
  if (found.available !== null && found.available <= 0) return { name: 'coverage', label: t('card.coverage'), value: t('card.out'), notes: [], tone: 'bad' };
  const days = Math.round(found.coverage_days);
  return {
    name: 'coverage',
    label: t('card.coverage'),
    value: days < 1 ? t('card.underDay') : t('card.days', { n: days }),
    notes: [known(stock, (quantity) => t('card.available', { quantity }))],
    tone: 'plain',
  };
};

const stockout: Make = ({ demand: found }, { t, f }) => {
  if (found.available === null || !found.per_day) return null;
  return {
    name: 'stockout',
    label: t('card.stockout'),
    value: found.stockout_date ? f.date(found.stockout_date) : t('card.noStockout'),
    notes: [found.on_order > 0 ? known(found.stockout_date_with_orders, (date) => t('card.stockoutOrders', { date: f.date(date) })) : null],
    tone: 'plain',
  };
};

const orderBy: Make = ({ logistics, recommendation }, { t, f }) =>
  known(logistics.order_by ?? recommendation.order_by, (date) => {
    const left = logistics.business_days_left;
    const late = logistics.order_by_overdue;
    const chance = known(recommendation.risk.stockout_probability, (share) => t('card.overdueChance', { share: f.chance(share) }));
    if (late) return { name: 'order_by', label: t('card.when'), value: t('card.now'), notes: [chance ?? t('card.overdue')], tone: 'bad' };
    return {
      name: 'order_by',
      label: t('card.orderBy'),
      value: f.date(date),
      notes: [known(left, (n) => (n === 0 ? t('card.today') : t('card.businessDays', { n })))],
      tone: left !== null && left <= 3 ? 'warn' : 'plain',
    };
  });

const quantity: Make = ({ recommendation, unit }, { t, f }) => {
  if (recommendation.quantity === null) return null;
  const none = recommendation.quantity === 0;
  return {
    name: 'quantity',
    label: t('card.quantity'),
    value: none ? t('card.noPurchase') : f.withUnit(recommendation.quantity, unit),
    notes: [none ? null : recommendation.supplier],
    tone: 'plain',
  };
};

const total: Make = ({ recommendation, unit }, { t, f }) =>
  known(recommendation.quantity ? (recommendation.payable_total ?? recommendation.total) : null, (money) => ({
    name: 'total',
    label: t('card.total'),
    value: f.money(money),
    notes: [
      known(recommendation.unit_price, (price) => t('card.each', { price: f.unitPrice(price), unit })),
      recommendation.total === money ? null : known(recommendation.total, (landed) => t('card.landed', { money: f.money(landed) })),
    ],
    tone: 'plain',
  }));

const RISK_TONES = { low: 'good', medium: 'warn', high: 'bad' } as const;

const risk: Make = ({ recommendation: { risk: found } }, { t, f }) => ({
  name: 'risk',
  label: t('card.risk'),
  value: t(`risk.${found.level}`),
  notes: [
    known(found.stockout_probability, (share) => t('card.riskStockout', { share: f.chance(share) })),
    known(Number(found.amount_at_risk) > 0 ? found.amount_at_risk : null, (money) => t('card.riskAmount', { money: f.money(money) })),
  ],
  tone: RISK_TONES[found.level],
});
