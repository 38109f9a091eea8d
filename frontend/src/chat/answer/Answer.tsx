import type { ReactNode } from 'react';
import type { Analysis, Missing } from '../../client/analysis';
import { useI18n } from '../../i18n';
import { Cards } from './Cards';
import { Alternatives, Decision, Risk } from './Decision';
import { Demand } from './Demand';
import { Logistics } from './Logistics';
import { Offers } from './Offers';
import { MissingList, Section } from './parts';

interface Props {
  analysis: Analysis;
  prose: ReactNode;
  text: string; // of the prose, to avoid saying the headline twice
  actions: ReactNode;
}

/** The buyer's card: the words first, then the numbers, then what is behind them. */
export function Answer({ analysis, prose, text, actions }: Props) {
  const { t } = useI18n();
  const { headline } = analysis.recommendation;
  const missing = allMissing(analysis);
  return (
    <div className="answer" data-verdict={analysis.recommendation.verdict} data-sku={analysis.sku}>
      <Title analysis={analysis} />
      {headline && !squeeze(text).includes(squeeze(headline)) ? <p className="headline">{headline}</p> : null}
      {prose}
      <Cards analysis={analysis} />
      {actions}
      <div className="sections">
        <Demand analysis={analysis} />
        <Offers analysis={analysis} />
        <Logistics analysis={analysis} />
        <Decision analysis={analysis} />
        <Risk analysis={analysis} />
        <Alternatives analysis={analysis} />
        {missing.length > 0 ? <Section title={t('section.missing')} name="missing" note={String(missing.length)} open={analysis.recommendation.verdict === 'manual_review'}><MissingList missing={missing} /></Section> : null}
      </div>
    </div>
  );
}

function Title({ analysis }: { analysis: Analysis }) {
  const { t, f } = useI18n();
  const { verdict } = analysis.recommendation;
  return (
    <div className="answer-title">
      <span className={`verdict ${verdict}`}>{t(`verdict.${verdict}`)}</span>
      <h3>{analysis.name}</h3>
      <p className="answer-meta">
        <span>{t('answer.sku', { sku: analysis.sku })}</span>
        <span>{t(`confidence.${analysis.confidence}`)}</span>
        {analysis.data_until ? <span>{t('answer.dataUntil', { date: f.date(analysis.data_until) })}</span> : null}
      </p>
    </div>
  );
}

const squeeze = (text: string): string => text.replace(/[*_`#\s.]+/g, ' ').trim().toLowerCase();

/** Each gap once, whichever analysts felt it. */
function allMissing({ demand, prices, logistics, recommendation }: Analysis): Missing[] {
  const all = [demand, prices, logistics, recommendation].flatMap((finding) => finding.missing);
  return all.filter((item, index) => all.findIndex((other) => other.code === item.code) === index);
}
