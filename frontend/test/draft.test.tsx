import fc from 'fast-check';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Draft } from '../src/chat/JobPanel';
import { initialState, reduce, type SessionState } from '../src/client/state';
import { decodeFrame, type Frame } from '../src/client/wire';
import { I18nContext, makeI18n } from '../src/i18n';

const frame = (fields: object): Frame => decodeFrame(JSON.stringify(fields));
const progress = (rev: number, draft = '', attempt = 1) => frame({ type: 'progress', job_id: 'j', rev, attempt, state: 'running', steps: [], draft });
const delta = (rev: number, offset: number, text: string, attempt = 1) => frame({ type: 'delta', job_id: 'j', rev, attempt, offset, text });
const feed = (state: SessionState, ...frames: Frame[]) => frames.reduce((held, one) => reduce(held, { kind: 'frame', frame: one, at: 1 }), state);
const draftOf = (state: SessionState) => state.jobs.j?.draft;

describe('an answer that is being written', () => {
  it('grows by what each delta adds', () => {
    expect(draftOf(feed(initialState(7), progress(1), delta(2, 0, 'Vende '), delta(3, 6, 'bem.')))).toBe('Vende bem.');
  });

  it('is whole at once in a tab that opens late', () => {
    const ready = frame({ type: 'ready', session_id: 7, last_seq: 0, epoch: 'e', jobs: [{ job_id: 'j', rev: 5, attempt: 1, state: 'running', steps: [], draft: 'Vende bem.' }] });
    expect(draftOf(feed(initialState(7), ready, delta(5, 6, 'bem.'), delta(6, 10, ' Compre.')))).toBe('Vende bem. Compre.');
  });

  it('begins anew with a new attempt, and an older one changes nothing', () => {
    const state = feed(initialState(7), progress(3, 'Velho texto.', 1), progress(4, '', 2), delta(5, 0, 'Novo.', 2), delta(6, 5, ' Velho.', 1));
    expect(draftOf(state)).toBe('Novo.');
  });

  it('never shows a hole, and the next whole snapshot makes good what was lost', () => {
    const lost = feed(initialState(7), progress(1), delta(3, 6, 'bem.'));
    expect(draftOf(lost)).toBe('');
    expect(draftOf(feed(lost, progress(4, 'Vende bem. Compre.')))).toBe('Vende bem. Compre.');
  });

  it('is a beginning of the text whatever is lost, repeated or late', () => {
    const text = 'Vende bem há três meses. 👍 Compre já.';
    const cuts = [0, 6, 10, 25, text.length];
    const all = cuts.slice(1).map((end, at) => delta(at + 2, cuts[at] ?? 0, text.slice(cuts[at], end)));
    fc.assert(
      fc.property(fc.array(fc.nat(all.length - 1), { maxLength: 12 }), (order) => {
        const state = feed(initialState(7), progress(1), ...order.flatMap((at) => all[at] ?? []));
        expect(text.startsWith(draftOf(state) ?? 'x')).toBe(true);
      }),
    );
  });

  it('is text, not markup, and is not read out', () => {
    const html = renderToStaticMarkup(<I18nContext value={makeI18n('pt-BR')}><Draft text={'<img src=x onerror=alert(1)> **sim**'} /></I18nContext>);
    expect(html).toContain('&lt;img src=x');
    expect(html).toContain('<strong>sim</strong>');
    expect(html).toContain('aria-hidden="true"');
  });

  it.each([{}, { job_id: 1 }, { job_id: 'j', rev: 1, attempt: 1, offset: -1, text: 'x' }, { job_id: 'j', rev: 1, attempt: 1, offset: 0 }])('is not taken from a broken frame', (fields) => {
    expect(frame({ type: 'delta', ...fields }).type).toBe('malformed');
  });
});
