import type { Alternative, Analysis } from '../../client/analysis';
import { useI18n } from '../../i18n';
import { Facts, known, Provenance, Section } from './parts';

export function Decision({ analysis, open }: { analysis: Analysis; open: boolean }) {
  const { t, f, locale } = useI18n();
  const { recommendation: found, unit } = analysis;
  const written = locale === 'pt-BR'; // the analysts' sentences are Portuguese; English does without rather than mix
  const amount = (value: number | null) => known(value, (n) => f.withUnit(n, unit));
  return (
    <Section title={t('section.reasons')} name="reasons" open={open}>
      {written ? <List items={found.reasons} /> : null}
      <Facts
        facts={[
          [t('decision.needed'), amount(found.needed_quantity)],
          [t('decision.reorder'), amount(found.reorder_point)],
          [t('decision.safety'), amount(found.safety_stock)],
          [t('decision.target'), amount(found.target_stock)],
          [t('decision.service'), f.percent(found.service_level)],
          [t('decision.after'), known(found.coverage_after_days, (n) => t('card.days', { n: Math.round(n) }))],
          [t('decision.arrival'), known(found.expected_arrival, f.date)],
        ]}
      />
      {written && found.rounding.length > 0 ? <><h4>{t('decision.rounding')}</h4><List items={found.rounding} /></> : null}
      {written && found.next_steps.length > 0 ? <><h4>{t('section.next')}</h4><List items={found.next_steps} /></> : null}
      <Provenance evidence={found.evidence} />
    </Section>
  );
}

function List({ items }: { items: readonly string[] }) {
  return items.length > 0 ? <ul>{items.map((item) => <li key={item}>{item}</li>)}</ul> : null;
}

export function Risk({ analysis }: { analysis: Analysis }) {
  const { t, f, locale, maybe } = useI18n();
  const { risk } = analysis.recommendation;
  return (
    <Section title={t('section.risk')} name="risk" note={t(`risk.${risk.level}`)}>
      {risk.text && locale === 'pt-BR' ? <p>{risk.text}</p> : null}
      {risk.stockout_probability_if_waiting !== null ? <p className="muted">{t('risk.wait', { share: f.chance(risk.stockout_probability_if_waiting) })}</p> : null}
      {risk.causes.length > 0 ? (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={t('section.risk')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('risk.cause')}</th>
                <th scope="col" className="num">{t('risk.share')}</th>
                <th scope="col" className="num">{t('risk.amount')}</th>
              </tr>
            </thead>
            <tbody>
              {risk.causes.map((cause) => (
                <tr key={cause.code}>
                  <th scope="row">{locale === 'pt-BR' ? cause.text : (maybe(`cause.${cause.code}`) ?? cause.text)}</th>
                  <td className="num">{f.percent(cause.share)}</td>
                  <td className="num">{known(cause.amount, f.money) ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Section>
  );
}

export function Alternatives({ analysis }: { analysis: Analysis }) {
  const { t } = useI18n();
  const { alternatives } = analysis.recommendation;
  if (alternatives.length === 0) return null;
  return (
    <Section title={t('section.alternatives')} name="alternatives" note={String(alternatives.length)}>
      <ul className="alternatives">
        {alternatives.map((item) => <Option key={`${item.code ?? ''} ${item.supplier} ${item.quantity}`} item={item} unit={analysis.unit} />)}
      </ul>
    </Section>
  );
}

function Option({ item, unit }: { item: Alternative; unit: string }) {
  const { t, f, locale } = useI18n();
  const offer = { quantity: f.withUnit(item.quantity, unit), supplier: item.supplier, price: f.unitPrice(item.unit_price) };
  return (
    <li>
      <p><strong>{t('alternatives.offer', offer)}</strong> <span className="num">{f.money(item.payable ?? item.total)}</span></p>
      {locale === 'pt-BR' ? <p className="muted">{item.text}</p> : null}
    </li>
  );
}
