import { useEffect, useRef, type SubmitEvent, type KeyboardEvent } from 'react';
import { MAX_CONTENT } from '../client/wire';
import { useI18n } from '../i18n';
import { Icon } from '../ui/Icon';
import { useOpenImport } from './imports/useImport';

interface Props {
  text: string;
  onText(text: string): void;
  onSend(content: string): void;
  onFocus?(): void;
  picked?: number; // counts texts that were put in for the buyer to finish: each takes the cursor to its end
}

const NEAR = 400; // characters before the limit at which the counter appears

export function Composer({ text, onText, onSend, onFocus, picked = 0 }: Props) {
  const { t } = useI18n();
  const openImport = useOpenImport();
  const field = useRef<HTMLTextAreaElement>(null);
  const left = MAX_CONTENT - Array.from(text).length;
  const ready = text.trim().length > 0 && left >= 0;

  useEffect(() => {
    // On a phone, focus would open the keyboard over the conversation.
    if (window.matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, []);

  useEffect(() => {
    if (picked > 0) field.current?.focus();
  }, [picked]);

  const send = () => {
    if (!ready) return;
    onSend(text.trim());
    onText('');
    field.current?.focus();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    send();
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="composer" onSubmit={submit}>
      <div className="composer-box">
        {openImport ? (
          <button type="button" className="attach" aria-label={t('import.open')} title={t('import.open')} onClick={() => openImport([])}><Icon name="clip" /></button>
        ) : null}
        <textarea
          ref={field}
          value={text}
          rows={Math.min(8, text.split('\n').length)}
          placeholder={t('composer.placeholder')}
          aria-label={t('composer.label')}
          aria-describedby="composer-help"
          aria-invalid={left < 0}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={key}
          onFocus={onFocus}
          enterKeyHint="send"
        />
        <button type="submit" className="send" disabled={!ready} aria-label={t('composer.send')} title={t('composer.send')}>
          <Icon name="send" />
        </button>
      </div>
      <p id="composer-help" className={left < 0 ? 'composer-help over' : 'composer-help'} aria-live={left < NEAR ? 'polite' : 'off'}>
        {left < 0 ? t('composer.over', { n: -left }) : left < NEAR ? t('composer.left', { n: left }) : t('composer.help')}
      </p>
    </form>
  );
}
