import { useId, useLayoutEffect, useRef, useState, type DragEvent } from 'react';
import type { Item } from '../../client/importer';
import { KINDS, MAX_FILE_BYTES, TYPES } from '../../client/imports';
import { useI18n } from '../../i18n';
import { problemText } from '../services';
import { FileReport } from './FileReport';
import { useImport, type Files } from './useImport';

interface Props {
  first: readonly File[]; // dropped on the page
  sessionId: number | null;
  onLoaded(sessionId: number): void;
  onClose(): void;
}

/** A company's own files: chosen, looked at, then loaded. */
export function Import({ first, sessionId, onLoaded, onClose }: Props) {
  const { t } = useI18n();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const files = useImport(first, sessionId);
  const { importer } = files;
  const { looked, busy, failed, items } = files.state;
  const ready = importer.ready();
  const load = async () => {
    const session = await importer.load();
    if (session !== null) onLoaded(session);
  };
  useLayoutEffect(() => {
    const held = dialog.current;
    if (held && !held.open) held.showModal();
    return () => held?.close();
  }, []);
  const loading = busy === 'loading';
  const refused = (looked?.files ?? []).filter((report) => report.problem !== null).length;
  return (
    <dialog ref={dialog} className="dialog imports" aria-labelledby={titleId} onCancel={(event) => (loading ? event.preventDefault() : onClose())}>
      <h2 id={titleId}>{t('import.title')}</h2>
      <div className="dialog-body">
        {looked?.demo ? <p className="warn-text" role="note">{t('import.demo')}</p> : null}
        <Pick files={files} empty={items.length === 0} />
        <ul className="import-files">
          {items.filter((item) => item.upload === null).map((item) => <OnItsWay key={item.id} item={item} onRemove={() => importer.removeItem(item.id)} />)}
          {looked?.files.map((report) => <FileReport key={`${report.uploads.join(' ')} ${report.sheet}`} report={report} files={files} />)}
        </ul>
        <p role="status" className={busy ? 'import-busy' : 'sr-only'}>{busy ? <><span className="spinner" aria-hidden="true" /> {t(`import.${busy}`)}</> : looked ? t('import.looked', { good: ready.length, bad: refused }) : ''}</p>
        {items.length > 0 ? <p className="muted small">{t('import.about')}</p> : null}
      </div>
      {failed ? <p className="error-text" role="alert">{failed.status === 0 ? t('import.noAnswer') : problemText(t, failed)} <button type="button" className="text-button" disabled={busy !== null} onClick={() => void importer.look()}>{t('import.again')}</button></p> : null}
      <div className="dialog-actions">
        <button type="button" className="button" disabled={loading} onClick={onClose}>{t('import.close')}</button>
        <button type="button" className="button primary" data-load disabled={busy !== null || ready.length === 0} onClick={() => void load()}>
          {loading ? t('import.loading') : refused > 0 && ready.length > 0 ? t('import.confirmSome', { n: ready.length }) : t('import.confirm')}
        </button>
      </div>
    </dialog>
  );
}

function Pick({ files, empty }: { files: Files; empty: boolean }) {
  const { t } = useI18n();
  const { importer, state } = files;
  const input = useRef<HTMLInputElement>(null);
  const { over, on } = useDrop((dropped) => void importer.add(dropped));
  return (
    <div className={over ? 'import-pick over' : 'import-pick'} {...on}>
      <input ref={input} type="file" multiple accept={TYPES} className="sr-only" tabIndex={-1} aria-label={t('import.choose')} onChange={(event) => {
        void importer.add(Array.from(event.target.files ?? []));
        event.target.value = '';
      }} />
      <button type="button" className="button" disabled={state.busy === 'loading'} onClick={() => input.current?.click()}>{t(empty ? 'import.choose' : 'import.more')}</button>
      <span className="muted small">{t('import.drop')}</span>
      {empty ? (
        <p className="muted small">
          {t('import.templates')}{' '}
          {KINDS.map((kind, place) => <span key={kind}>{place > 0 ? ' · ' : ''}<a href={`/api/imports/template?kind=${kind}`} download>{t(`import.kind.${kind}`)}</a></span>)}
        </p>
      ) : null}
    </div>
  );
}

function OnItsWay({ item, onRemove }: { item: Item; onRemove(): void }) {
  const { t } = useI18n();
  const { refused } = item;
  const why = refused === null ? null : typeof refused === 'string' ? t(`import.${refused}`, { most: MAX_FILE_BYTES / 1024 / 1024 }) : problemText(t, refused);
  return (
    <li className={why ? 'import-file refused' : 'import-file'}>
      <div className="import-head"><strong>{item.name}</strong>{why ? <button type="button" className="text-button push" onClick={onRemove}>{t('import.remove')}</button> : null}</div>
      {why ? <p className="error-text" role="alert">{why}</p> : <progress className="bar" value={item.part} max={1} aria-label={t('import.sending')} />}
    </li>
  );
}

/** What takes files that are dragged over it. */
export function useDrop(onFiles: (files: readonly File[]) => void) {
  const [over, setOver] = useState(false);
  const holds = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  const on = {
    onDragOver: (event: DragEvent) => {
      if (!holds(event)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: (event: DragEvent<HTMLElement>) => {
      if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      if (!holds(event)) return;
      event.preventDefault();
      setOver(false);
      const files = Array.from(event.dataTransfer.files);
      if (files.length > 0) onFiles(files);
    },
  };
  return { over, on };
}
