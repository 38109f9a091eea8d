import type { Accuracy, Analysis, DemandDriver } from '../../client/analysis';
import { useI18n, type I18n } from '../../i18n';
import { SeriesChart } from '../../ui/SeriesChart';
import { Facts, known, Provenance, Section } from './parts';

export function Demand({ analysis, open }: { analysis: Analysis; open: boolean }) {
  const i18n = useI18n();
  const { t, f, maybe } = i18n;
  const { demand, unit } = analysis;
  return (
    <Section title={t('section.demand')} name="demand" note={maybe(`trend.${demand.trend ?? ''}`)} open={open}>
      {demand.series.length > 0 ? <SeriesChart points={demand.series} unit={unit} name={analysis.name} /> : null}
      <Facts
        facts={[
          [t('fact.last'), known(demand.last_period_total, (n) => f.withUnit(n, unit))],
          [t('fact.perDay'), known(demand.per_day, (n) => f.rate(n, unit))],
          [t('fact.trend'), trendText(analysis, i18n)],
          [t('fact.pattern'), maybe(`pattern.${demand.pattern}`)],
          [t('fact.strongest'), strongest(demand.weekly_rhythm, weekdayOf, i18n)],
          [t('fact.strongMonth'), strongest(demand.yearly_rhythm, monthOf, i18n)],
          [t('fact.onHand'), known(demand.on_hand, (n) => f.withUnit(n, unit))],
          [t('fact.reserved'), known(demand.reserved || null, (n) => f.withUnit(n, unit))],
          [t('fact.onOrder'), known(demand.on_order || null, (n) => f.withUnit(n, unit))],
          [t('fact.outOfStock'), known(demand.out_of_stock_days || null, (n) => f.quantity(n))],
        ]}
      />
      {(demand.drivers ?? []).map((driver) => known(driverText(driver, unit, i18n), (text) => <p key={`${driver.code} ${driver.start ?? ''}`} className="remark">{text}</p>))}
      {demand.accuracy ? <p className="remark"><strong>{t('fact.accuracy')}.</strong> {accuracyText(demand.accuracy, i18n)}</p> : null}
      <Provenance evidence={demand.evidence} />
    </Section>
  );
}

function trendText({ demand }: Analysis, { t, f }: I18n): string | null {
  if (demand.trend === null) return null;
  const rate = demand.trend_percent_month;
  const name = t(`trend.${demand.trend}`);
  const growth = demand.year_growth_percent ?? 0;
  if (demand.trend === 'stable' && Math.abs(growth) >= 10) return `${name}; ${t('fact.trendYear', { percent: f.points(growth) })}`;
  return rate === null || demand.trend === 'stable' ? name : `${name}, ${t('fact.trendMonth', { percent: f.points(rate) })}`;
}

/** Why the forecast isn't what was just sold. */
function driverText(driver: DemandDriver, unit: string, i18n: I18n): string | null {
  const { code, days, start, end, percent, quantity } = driver;
  const { t, f } = i18n;
  if (driver.lift_percent !== undefined && driver.lift_percent !== null && start !== null && end !== null) return plannedText(driver, start, end, driver.lift_percent, i18n);
  if (code === 'promotion' && start !== null && end !== null) return t('driver.promotion', { start: f.shortDate(start), end: f.shortDate(end), percent: f.points(percent ?? 0) });
  if (code === 'stockouts_past' && days !== null) return t('driver.stockouts_past', { n: days });
  if (code === 'promotion_past' && days !== null) return t('driver.promotion_past', { n: days });
  if (code === 'season' && percent !== null) return t('driver.season', { percent: f.points(percent) });
  if (code === 'level' && quantity !== null) return t('driver.level', { quantity: f.withUnit(quantity, unit) });
  return null;
}

/** What a planned promotion or price does to its days. */
function plannedText({ code, price_percent, learned_from }: DemandDriver, start: string, end: string, lift: number, { t, f }: I18n): string {
  const price = known(price_percent ?? null, (percent) => ` (${f.points(percent)})`) ?? '';
  const learned = learned_from ? t('driver.learned', { n: learned_from }) : t('driver.unlearned');
  const when = { start: f.shortDate(start), end: f.shortDate(end), price, lift: f.points(lift), learned };
  return t(code === 'price' ? 'driver.price' : 'driver.planned', when);
}

function accuracyText(accuracy: Accuracy, { t, f }: I18n): string {
  const text = t('accuracy.text', {
    origins: accuracy.origins,
    days: accuracy.horizon_days,
    error: f.percent(accuracy.error_percent / 100),
    naive: f.percent(accuracy.naive_error_percent / 100),
  });
  const coverage = known(accuracy.coverage_80, (share) => t('accuracy.coverage', { share: f.percent(share) }));
  return coverage ? `${text} ${coverage}` : text;
}

/** The strongest of 7 days or 12 months with how far it is above the mean; nothing when the rhythm is flat. */
function strongest(factors: readonly number[], nameOf: (index: number, i18n: I18n) => string, i18n: I18n): string | null {
  const most = Math.max(...factors);
  if (factors.length === 0 || most < 1.05) return null;
  return `${nameOf(factors.indexOf(most), i18n)} (${i18n.f.points((most - 1) * 100)})`;
}

const weekdayOf = (index: number, { f }: I18n): string => f.weekday(`2024-01-0${index + 1}`); // a Monday
const monthOf = (index: number, { f }: I18n): string => f.monthName(`2024-${String(index + 1).padStart(2, '0')}-15`);
