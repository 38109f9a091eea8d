import type { SessionState } from '../client/state';
import { metaNumber, metaText, type Message, type Progress, type Step } from '../client/wire';
import { useI18n } from '../i18n';
import { useNow } from '../ui/hooks';
import { Icon } from '../ui/Icon';
import { Markdown } from '../ui/Markdown';
import { RunProgress } from './list/RunProgress';

interface Props {
  message: Message; // the analysis_started
  state: SessionState;
  onCancel(jobId: string): void;
}

/** What runs now, in the place where its answer will stand. */
export function JobPanel({ message, state, onCancel }: Props) {
  const { t, f } = useI18n();
  const now = useNow(200);
  const jobId = metaText(message, 'job_id');
  const job = jobId ? state.jobs[jobId] : undefined;
  const began = state.receivedAt[message.seq] ?? Math.min(now, Date.parse(message.criado_em) || now);
  const elapsed = Math.max(0, now - began);
  const eta = (metaNumber(message, 'eta_seconds') ?? 0) * 1000;
  const late = eta > 0 && elapsed > eta * 1.5 + 1000;
  const cancelling = jobId !== null && state.cancelling.includes(jobId);
  return (
    <div className="job" data-job={jobId} data-state={job?.state ?? 'queued'}>
      <div className="job-head">
        <span className="spinner" aria-hidden="true" />
        <strong>{t(job?.state === 'queued' ? 'job.queued' : 'job.running')}</strong>
        <span className="num">{f.seconds(elapsed)}</span>
        {eta > 0 ? <span className={late ? 'muted late' : 'muted'}>{t(late ? 'job.late' : eta < 1000 ? 'job.quick' : 'job.expected', { time: f.seconds(eta) })}</span> : null}
        {jobId ? (
          <button type="button" className="text-button push" disabled={cancelling} onClick={() => onCancel(jobId)}>
            {cancelling ? t('job.cancelling') : t('job.cancel')}
          </button>
        ) : null}
      </div>
      <JobBar job={job} elapsed={elapsed} eta={eta} />
      {job && job.attempt > 1 ? <p className="muted small">{t('job.attempt', { n: job.attempt })}</p> : null}
      {job?.kind === 'catalogue' ? <RunProgress job={job} /> : job ? <Steps steps={job.steps} /> : null}
      {job?.draft ? <Draft text={job.draft} /> : null}
    </div>
  );
}

/** The answer while it is being written: the same in every tab, and never read out before it is whole. */
export function Draft({ text }: { text: string }) {
  const { t } = useI18n();
  return (
    <div className="draft" data-draft aria-hidden="true">
      <p className="muted small">{t('job.writing')}</p>
      <Markdown text={text} />
    </div>
  );
}

function JobBar({ job, elapsed, eta }: { job: Progress | undefined; elapsed: number; eta: number }) {
  const byStep = job && job.total > 0 ? job.done / job.total : 0;
  const byTime = eta > 0 && job && job.state !== 'queued' ? Math.min(0.95, elapsed / eta) : 0;
  return <progress className="bar" max={1} value={Math.max(byStep, Math.min(byTime, byStep + 0.25))} aria-hidden="true" />;
}

export function Steps({ steps }: { steps: readonly Step[] }) {
  const { t, f, maybe } = useI18n();
  return (
    <ol className="steps">
      {steps.map((step) => (
        <li key={step.name} className={step.state} data-step={step.name}>
          <span className="step-mark" aria-hidden="true">
            {step.state === 'done' ? <Icon name="check" /> : step.state === 'failed' ? <Icon name="cross" /> : null}
          </span>
          <span>{maybe(`stepName.${step.name}`) ?? step.label}</span>
          <span className="sr-only">{t(`step.${step.state}`)}</span>
          {step.seconds !== null && step.state !== 'waiting' ? <span className="num muted">{f.seconds(step.seconds * 1000)}</span> : null}
        </li>
      ))}
    </ol>
  );
}
