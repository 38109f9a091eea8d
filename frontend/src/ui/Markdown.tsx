// Markdown to React elements, from markdown-it's tokens: nothing ever becomes HTML text, and only the elements below
// exist. Raw HTML and images are off; links are http(s) only.

import MarkdownIt, { type Token } from 'markdown-it';
import { createElement, memo, useMemo, type ReactNode } from 'react';

const parser = new MarkdownIt('default', { html: false, linkify: false, breaks: true, typographer: false }).disable(['image']);
parser.validateLink = isWebAddress;

const ELEMENTS: Record<string, string> = {
  p: 'p', strong: 'strong', em: 'em', s: 's', ul: 'ul', ol: 'ol', li: 'li', blockquote: 'blockquote',
  table: 'table', thead: 'thead', tbody: 'tbody', tr: 'tr', th: 'th', td: 'td',
  h1: 'h4', h2: 'h4', h3: 'h4', h4: 'h5', h5: 'h5', h6: 'h5',
};

export function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(url.trim());
}

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const nodes = useMemo(() => render(parser.parse(text, {})), [text]);
  return <div className="prose">{nodes}</div>;
});

interface Open {
  token: Token | null;
  children: ReactNode[];
}

function render(tokens: readonly Token[]): ReactNode[] {
  const root: Open = { token: null, children: [] };
  const stack: Open[] = [root];
  tokens.forEach((token, index) => {
    const top = stack.at(-1) ?? root;
    if (token.nesting === 1) stack.push({ token, children: [] });
    else if (token.nesting === -1) {
      if (stack.length > 1) stack.pop();
      const parent = stack.at(-1) ?? root;
      if (top.token) parent.children.push(element(top.token, top.children, index));
    } else top.children.push(leaf(token, index));
  });
  return root.children;
}

function element(token: Token, children: ReactNode[], key: number): ReactNode {
  if (token.hidden) return createElement('span', { key }, ...children);
  if (token.tag === 'a') {
    const href = String(token.attrGet('href') ?? '');
    if (!isWebAddress(href)) return createElement('span', { key }, ...children);
    return createElement('a', { key, href, rel: 'noopener noreferrer nofollow', target: '_blank' }, ...children);
  }
  const name = ELEMENTS[token.tag];
  if (!name) return createElement('span', { key }, ...children);
  const built = createElement(name, { key: `e${key}` }, ...children);
  return name === 'table' ? createElement('div', { key, className: 'scroll-x', tabIndex: 0 }, built) : createElement(name, { key }, ...children);
}

function leaf(token: Token, key: number): ReactNode {
  switch (token.type) {
    case 'inline':
      return createElement('span', { key }, ...render(token.children ?? []));
    case 'softbreak':
    case 'hardbreak':
      return <br key={key} />;
    case 'code_inline':
      return <code key={key}>{token.content}</code>;
    case 'fence':
    case 'code_block':
      return <pre key={key} tabIndex={0}><code>{token.content}</code></pre>;
    case 'hr':
      return <hr key={key} />;
    default:
      return token.content;
  }
}
