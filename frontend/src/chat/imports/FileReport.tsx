import { changed, KINDS, otherSheets, type Changes, type Problem, type Report } from '../../client/imports';
import { useI18n } from '../../i18n';
import type { Files } from './useImport';

const SHOWN = 5; // bad rows, and remarks, before the rest is folded

/** What was found in one file, and what would become of it. */
export function FileReport({ report, files }: { report: Report; files: Files }) {
  const { t } = useI18n();
  const { problem } = report;
  const notes = report.kind === 'notes';
  const { importer, state } = files;
  const busy = state.busy !== null;
  return (
    <li className={problem ? 'import-file refused' : 'import-file'} data-file={report.name} data-refused={problem !== null}>
      <div className="import-head">
        <strong>{report.sheets.length > 0 ? `${report.name}, ${report.sheet}` : report.name}</strong>
        <button type="button" className="text-button push" disabled={busy} aria-label={t('import.removeNamed', { name: report.name })} onClick={() => void importer.remove(report)}>{t('import.remove')}</button>
      </div>
      {notes ? <p className="muted small">{t('import.kind.notes')}</p> : (
        <label className="import-kind">
          {t('import.kindLabel')}{' '}
          <select value={report.kind} disabled={busy} onChange={(event) => void importer.setKind(report, event.target.value)}>
            {report.kind === '' ? <option value="">{t('import.kindUnknown')}</option> : null}
            {KINDS.map((kind) => <option key={kind} value={kind}>{t(`import.kind.${kind}`)}</option>)}
          </select>
        </label>
      )}
      {problem ? <Refused problem={problem} files={files} /> : (
        <p>
          {t('import.lines', { n: report.lines })}{' '}
          {changed(report) ? report.changes.map((one) => <ChangesText key={one.kind} changes={one} named={report.changes.length > 1} />) : t('import.nothing')}
        </p>
      )}
      {notes ? (
        <label className="import-kind">{t('import.received')}{' '}<input type="date" value={state.received} disabled={busy} onChange={(event) => void importer.setReceived(event.target.value)} /></label>
      ) : null}
      {otherSheets(report, state.wishes).map((sheet) => (
        <p key={sheet}><button type="button" className="text-button" disabled={busy} onClick={() => void importer.addSheet(report, sheet)}>{t('import.addSheet', { sheet })}</button></p>
      ))}
      <Remarks report={report} />
    </li>
  );
}

function ChangesText({ changes, named }: { changes: Changes; named: boolean }) {
  const { t, maybe } = useI18n();
  const parts: string[] = [];
  if (changes.inserted) parts.push(t('import.new', { n: changes.inserted }));
  if (changes.updated) parts.push(t('import.changed', { n: changes.updated }));
  if (changes.deleted) parts.push(t('import.deleted', { n: changes.deleted }));
  if (changes.unchanged) parts.push(t('import.same', { n: changes.unchanged }));
  if (parts.length === 0) return null;
  return <span className="import-changes">{named ? `${maybe(`import.kind.${changes.kind}`) ?? changes.kind}: ` : ''}{parts.join(', ')}</span>;
}

function Refused({ problem, files }: { problem: Problem; files: Files }) {
  const { t } = useI18n();
  const { importer, state } = files;
  const rest = problem.rows.length - SHOWN + problem.more;
  return (
    <>
      <p className="error-text">{problem.sentence}</p>
      {problem.rows.length > 0 ? (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={t('import.badRows')}>
          <table>
            <thead><tr><th scope="col" className="num">{t('import.row')}</th><th scope="col">{t('import.column')}</th><th scope="col">{t('import.value')}</th><th scope="col">{t('import.reason')}</th></tr></thead>
            <tbody>
              {problem.rows.slice(0, SHOWN).map((row, place) => (
                <tr key={place}><td className="num">{row.row}</td><td>{row.column}</td><td>{row.value}</td><td>{row.reason}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {rest > 0 ? <p className="muted small">{t('import.moreRows', { n: rest })}</p> : null}
      {problem.ask === 'kind' ? <p className="muted small">{t('import.askKind')}</p> : null}
      {problem.ask === 'own_cnpj' ? (
        <p className="import-kind">
          <label>{t('import.cnpj')}{' '}<input value={state.cnpj} inputMode="text" autoComplete="off" onChange={(event) => importer.setCnpj(event.target.value)} /></label>{' '}
          <button type="button" className="button" disabled={state.busy !== null || state.cnpj.trim() === ''} onClick={() => void importer.look()}>{t('import.again')}</button>
        </p>
      ) : null}
    </>
  );
}

function Remarks({ report }: { report: Report }) {
  const { t } = useI18n();
  const remarks = [...report.warnings];
  if (report.ignored.length > 0) remarks.push(t('import.ignored', { columns: report.ignored.join(', ') }));
  if (remarks.length === 0) return null;
  const list = (shown: readonly string[]) => <ul className="import-remarks">{shown.map((remark, place) => <li key={place}>{remark}</li>)}</ul>;
  return (
    <>
      {list(remarks.slice(0, SHOWN))}
      {remarks.length > SHOWN ? <details className="fold quiet"><summary>{t('import.moreRemarks', { n: remarks.length - SHOWN })}</summary>{list(remarks.slice(SHOWN))}</details> : null}
    </>
  );
}
