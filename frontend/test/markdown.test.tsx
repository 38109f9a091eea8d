import fc from 'fast-check';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { isWebAddress, Markdown } from '../src/ui/Markdown';

const html = (text: string) => renderToStaticMarkup(<Markdown text={text} />);
const ALLOWED = new Set('div span p strong em s ul ol li blockquote table thead tbody tr th td h4 h5 br hr code pre a'.split(' '));
const tags = (markup: string) => [...markup.matchAll(/<([a-z0-9]+)/gi)].map(([, name]) => name?.toLowerCase() ?? '');

describe('markdown', () => {
  it('shows what an answer uses', () => {
    const markup = html('**Compre** já\n\n- um\n- dois\n\n| a | b |\n| - | -: |\n| 1 | 2 |');
    for (const part of ['<strong>Compre</strong>', '<li>', '<table>', '<td>']) expect(markup).toContain(part);
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '[x](javascript:alert(1))',
    '[x](data:text/html,<script>1</script>)',
    '[x](vbscript:x)',
    '[x](//example.com)',
    '[x](/api/logout)',
    '<iframe src="https://example.com"></iframe>',
    '| a |\n| :-: |\n| <svg onload=alert(1)> |',
    '`<b>`',
    '<javascript:alert(1)>',
    '[a]: javascript:alert(1)\n\n[a]',
  ])('%s stays text', (text) => {
    const markup = html(text);
    for (const tag of tags(markup)) expect(ALLOWED).toContain(tag);
    expect(markup).not.toMatch(/<[^>]+\s(on\w+|style|src)=/i);
    expect(markup).not.toContain('<a ');
  });

  it('an image becomes a link that nobody follows by himself', () => {
    const markup = html('![nota](https://example.com/p.png)');
    expect(markup).not.toContain('<img');
    expect(markup).toContain('href="https://example.com/p.png"');
  });

  it('links to web addresses only, without handing over the window', () => {
    expect(html('[nota](https://exemplo.com.br/nf)')).toContain('<a href="https://exemplo.com.br/nf" rel="noopener noreferrer nofollow" target="_blank">nota</a>');
    expect(isWebAddress('https://x.y')).toBe(true);
    expect(isWebAddress('https://')).toBe(false);
  });

  it('whatever it gets, only allowed elements come out and nothing throws', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('<', '>', '[', '](', ')', '`', '|', '\n', '**', '_', '<script>', 'javascript:', '![', '- ', '# ', '> ', '---', '&lt;', '\u0000', 'onerror='));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const markup = html(pieces.join(''));
        for (const tag of tags(markup.replace(/>[^<]*</g, '><'))) expect(ALLOWED).toContain(tag);
        for (const [, href] of markup.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^https?:/);
      }),
      { numRuns: 300 },
    );
  });
});
