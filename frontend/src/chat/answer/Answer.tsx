import type { ReactNode } from 'react';
import type { Analysis, Missing } from '../../client/analysis';
import { splitProse } from '../../client/prose';
import { useI18n } from '../../i18n';
import { useWide } from '../../ui/hooks';
import { Markdown } from '../../ui/Markdown';
import { Cards } from './Cards';
import { Alternatives, Decision, Risk } from './Decision';
import { Demand } from './Demand';
import { Logistics } from './Logistics';
import { Offers } from './Offers';
import { MissingList, Section } from './parts';

interface Props {
  analysis: Analysis;
  content: string;
  actions: ReactNode;
}

/** The buyer's card: the words first, then the numbers, then what is behind them. */
export function Answer({ analysis, content, actions }: Props) {
  const { t } = useI18n();
  const { lead, rest, details } = splitProse(content);
  const steps = analysis.intent === 'explain' ? rest : ''; // a sum is asked for by its steps: they are the answer
  const open = openSections(analysis.intent, useWide());
  const missing = allMissing(analysis);
  return (
    <div className="answer" data-verdict={analysis.recommendation.verdict} data-sku={analysis.sku}>
      <Title analysis={analysis} />
      <div className="lead"><Markdown text={[lead || analysis.recommendation.headline, steps].filter(Boolean).join('\n\n')} /></div>
      <Cards analysis={analysis} />
      {missing.length > 0 ? <div className="gaps"><h4>{t('section.missing')}</h4><MissingList missing={missing} /></div> : null}
      {actions}
      <div className="sections">
        <Demand analysis={analysis} open={open.has('demand')} />
        <Offers analysis={analysis} open={open.has('offers')} />
        <Logistics analysis={analysis} open={open.has('logistics')} />
        <Decision analysis={analysis} open={open.has('reasons')} />
        <Risk analysis={analysis} />
        <Alternatives analysis={analysis} />
        <Written text={[steps ? '' : rest, details].filter(Boolean).join('\n\n')} />
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

/** The same answer in words to the last detail, for reading or copying. */
function Written({ text }: { text: string }) {
  const { t } = useI18n();
  return text ? <Section title={t('section.written')} name="written"><Markdown text={text} /></Section> : null;
}

const OFFERS = ['supplier_compare', 'price_current', 'price_history', 'price_forecast', 'landed_cost'];
const LOGISTICS = ['supplier_lead_time', 'supplier_info', 'order_by_date'];
const REASONS = ['purchase_recommendation', 'reorder_quantity', 'stock_policy', 'explain', 'what_if'];

/** What was asked about is open; on a wide screen, demand and offers always are. */
export function openSections(intent: string, wide: boolean): ReadonlySet<string> {
  const asked = OFFERS.includes(intent) ? 'offers' : LOGISTICS.includes(intent) ? 'logistics' : REASONS.includes(intent) ? 'reasons' : 'demand';
  return new Set(wide ? [asked, 'demand', 'offers'] : [asked]);
}

/** Each gap once, whichever analysts felt it. */
function allMissing({ demand, prices, logistics, recommendation }: Analysis): Missing[] {
  const all = [demand, prices, logistics, recommendation].flatMap((finding) => finding.missing);
  return all.filter((item, index) => all.findIndex((other) => other.code === item.code) === index);
}
