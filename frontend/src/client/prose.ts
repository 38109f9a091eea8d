// The parts of an answer's Markdown: what leads, what supports it, and what is folded away below `---`.

export interface Prose {
  lead: string; // the paragraphs before the first list or table
  rest: string; // lists and tables that follow
  details: string; // below the line
}

const RULE = /^\s*-{3,}\s*$/m;
const LIST_OR_TABLE = /^\s*([-*+]\s|\d+[.)]\s|\|)/;

export function splitProse(content: string): Prose {
  const rule = RULE.exec(content);
  const upper = (rule ? content.slice(0, rule.index) : content).trim();
  const details = rule ? content.slice(rule.index + rule[0].length).trim() : '';
  const blocks = upper.split(/\n\s*\n/).filter((block) => block.trim());
  const first = blocks.findIndex((block) => LIST_OR_TABLE.test(block));
  if (first <= 0) return { lead: blocks.join('\n\n'), rest: '', details };
  return { lead: blocks.slice(0, first).join('\n\n'), rest: blocks.slice(first).join('\n\n'), details };
}

/** Without the list of candidates that the page shows as buttons. */
export function withoutOptions(content: string, skus: readonly string[]): string {
  const blocks = content.split(/\n\s*\n/);
  const listed = (block: string) => LIST_OR_TABLE.test(block) && skus.every((sku) => block.includes(sku));
  return blocks.filter((block) => skus.length === 0 || !listed(block)).join('\n\n');
}

// What is Markdown's and not the buyer's: a code span and an escaped sign stand for their text, marks at the beginning of
// a line and emphasis for nothing, a table's bar for a pause. An underscore inside a word is a sign like any other.
// U+2060 is put into names so that nothing turns them into links. No look-behind: old Safari refuses the whole script.
const MARKUP = /`([^`]+)`|\\([!-/:-@[-`{-~])|(\|)|^[ \t]*(?:#{1,6}[ \t]|>|[-+*][ \t]|-{3,}$)|([\p{L}\p{N}]_+(?=[\p{L}\p{N}]))|[*_`\u2060]+/gmu;

/** Words for a screen reader. */
export function plain(markdown: string, limit = 400): string {
  const bare = markdown.replace(MARKUP, (_whole, code?: string, sign?: string, bar?: string, inner?: string) =>
    (code ?? sign ?? inner ?? (bar ? ' ' : '')).replaceAll('\u2060', ''),
  );
  const text = bare.replace(/\s+/g, ' ').replace(/ ([.,;:)])/g, '$1').trim();
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
