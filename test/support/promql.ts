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
}
