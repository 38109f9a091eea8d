import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { useI18n } from '../i18n';

interface Props {
  title: string;
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  error?: string | null;
  children: ReactNode;
  onConfirm(): void;
  onClose(): void;
}

/** A question that needs a yes. The browser's own modal: focus stays inside and Escape closes it. */
export function Dialog({ title, confirm, danger, busy, error, children, onConfirm, onClose }: Props) {
  const { t } = useI18n();
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Layout: closed while still in the page, so that the browser gives focus back to where it was.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={titleId} onCancel={onClose}>
      <h2 id={titleId}>{title}</h2>
      <div className="dialog-body">{children}</div>
      {error ? <p className="error-text" role="alert">{error}</p> : null}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>{t('dialog.cancel')}</button>
        <button type="button" className={danger ? 'button danger' : 'button primary'} disabled={busy} onClick={onConfirm}>
          {busy ? t('action.busy') : confirm}
        </button>
      </div>
    </dialog>
  );
}
