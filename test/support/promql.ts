/** A metric in a PromQL expression, with the labels that it is selected by. */
export interface Selected {
  metric: string;
  /** Name, operator and value of each matcher. */
  matchers: { label: string; operator: string; value: string }[];
}

const STRING = /"(?:[^"\\]|\\.)*"/g;
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;
const WORD = new Set(['and', 'or', 'unless', 'bool', 'offset', 'by', 'without', 'inf', 'nan']);
const SELECTOR = /([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\()?(?:\{([^}]*)\})?/g;
const MATCHER = /([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g;

/** The metrics that an expression selects, in order. It does not check the syntax. */
export function selected(expression: string): Selected[] {
  const strings: string[] = [];
  const plain = expression
    .replaceAll(STRING, (string) => `"${strings.push(string) - 1}"`)
    .replaceAll(GROUPING, '')
    .replaceAll(/\[[^\]]*\]/g, '');
  const found: Selected[] = [];
  for (const [, metric = '', call, braces = ''] of plain.matchAll(SELECTOR)) {
    if (call !== undefined || WORD.has(metric.toLowerCase())) continue;
    const text = braces.replaceAll(/"(\d+)"/g, (_, index: string) => strings[Number(index)] ?? '');
    const matchers = [...text.matchAll(MATCHER)].map(([, label = '', operator = '', value = '']) => ({ label, operator, value }));
    found.push({ metric, matchers });
  }
  return found;
}
