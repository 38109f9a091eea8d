import { linesOf, some } from '../../client/list';
import type { Progress } from '../../client/wire';
import { useI18n } from '../../i18n';

/** How far a run over the catalogue is, and what it has found so far. */
export function RunProgress({ job }: { job: Progress }) {
  const { t, f } = useI18n();
  const first = linesOf(job.partial);
  const listing = job.steps.some((step) => step.name === 'list' && step.state === 'running');
  return (
    <div className="run" data-done={job.done} data-total={job.total}>
      <p>{t('run.done', { done: job.done, total: job.total })}{listing ? `, ${t('run.listing')}` : ''}</p>
      {first.length > 0 ? (
        <>
          <h4>{t('run.first')}</h4>
          <ul className="others">
            {first.map((line) => (
              <li key={line.sku}>
                <strong>{line.name}</strong>{' '}
                <span className="cell-note">
                  {[line.quantity === null ? null : f.withUnit(line.quantity, line.unit), line.supplier, line.payable ? f.money(line.payable) : null, some(line.at_risk) ? `${t('list.atRisk')}: ${f.money(line.at_risk)}` : null].filter(Boolean).join(' · ')}
                </span>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  );
}
