<<<<<<< HEAD
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
=======
/** A selector of an expression: a metric with the labels that it asks for. `values` are those that are written out, alternatives of a regular expression each for itself. */
export interface Selector {
  metric: string;
  matchers: { label: string; values: string[] }[];
}

/** What an expression speaks of. */
export interface Vocabulary {
  selectors: Selector[];
  /** Labels of `by`, `without`, `on`, `ignoring` and `group_left`. */
  grouping: string[];
  functions: string[];
}

const KEYWORDS = ['and', 'or', 'unless', 'bool', 'offset', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'inf', 'nan'];
const STRING = /"((?:[^"\\]|\\.)*)"/g;

/** Takes a PromQL expression apart as far as names go. Braces inside strings are the only thing that it does not understand. */
export function vocabularyOf(expression: string): Vocabulary {
  const grouping: string[] = [];
  const functions: string[] = [];
  const selectors: Selector[] = [];
  const bare = expression
    .replace(/#.*$/gm, '')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g, (_, labels: string) => {
      grouping.push(...labels.split(',').flatMap((label) => label.trim() || []));
      return ' ';
    })
    .replace(/\[[^\]]*\]/g, ' ');
  const rest = bare.replace(/([A-Za-z_:][\w:]*)\s*\{([^}]*)\}/g, (_, metric: string, matchers: string) => {
    selectors.push({ metric, matchers: [...matchers.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)].map(matcherOf) });
    return ' ';
  });
  for (const [, name = '', call] of rest.replace(STRING, ' ').matchAll(/(?<![\w.])([A-Za-z_:][\w:]*)(\s*\()?/g)) {
    if (KEYWORDS.includes(name.toLowerCase())) continue;
    if (call === undefined) selectors.push({ metric: name, matchers: [] });
    else functions.push(name);
  }
  return { selectors, grouping, functions };
}

function matcherOf([, label = '', operator, value = '']: RegExpMatchArray): Selector['matchers'][number] {
  const isRegex = operator === '=~' || operator === '!~';
  const values = isRegex ? value.split('|').filter((part) => /^\w+$/.test(part)) : value === '' ? [] : [value];
  return { label, values };
}

/** The expressions that a template of Prometheus asks: `query "up"` and `query (printf "up{x=%q}" $labels.x)`. */
export function queriesOf(template: string): string[] {
  return [...template.matchAll(/\bquery \(?(?:printf )?"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replaceAll('\\"', '"').replaceAll('%q', '""'),
  );
>>>>>>> rules
}
