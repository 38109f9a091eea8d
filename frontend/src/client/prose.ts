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

/** Words for a screen reader. */
export function plain(markdown: string, limit = 400): string {
  const text = markdown.replace(/[*_`#>|]/g, ' ').replace(/\s+/g, ' ').replace(/ ([.,;:)])/g, '$1').trim();
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
