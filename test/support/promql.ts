import { parser } from '@prometheus-io/lezer-promql';

/** What a selector asks of a label. `values` are those that are written out, alternatives of a regular expression each for itself. */
interface Matcher {
  label: string;
  operator: string;
  value: string;
  values: string[];
}

/** A selector of an expression. */
export interface Selector {
  metric: string;
  matchers: Matcher[];
  /** Names of the functions around it, the nearest first. */
  functions: string[];
  /** Its range, as written. */
  range: string | undefined;
}

/** What an expression consists of. */
export interface Expression {
  /** What the parser could not read. */
  problems: string[];
  selectors: Selector[];
  /** Labels that it groups or joins by. */
  grouped: string[];
  /** Functions and aggregations that it calls, and modifiers of a range that came with Prometheus 3. */
  called: string[];
}

const CALLED = ['FunctionIdentifier', 'AggregateOp', 'Anchored', 'Smoothed'];

/** Reads an expression with the grammar of Prometheus' own editor; variables of Grafana must have been replaced. */
export function parsePromql(text: string): Expression {
  const result: Expression = { problems: [], selectors: [], grouped: [], called: [] };
  const functions: string[] = [];
  let selector: Selector | undefined;
  let range: string | undefined;
  parser.parse(text).iterate({
    enter(node) {
      const source = text.slice(node.from, node.to);
      const parent = node.node.parent?.name;
      if (node.type.isError) result.problems.push(`at ${node.from}: ${text.slice(node.from, node.from + 20)}`);
      if (node.name === 'FunctionCall') functions.unshift(source.slice(0, source.indexOf('(')).trim());
      if (node.name === 'MatrixSelector') range = /\[(.*)\]$/.exec(source)?.[1];
      if (node.name === 'VectorSelector') {
        selector = { metric: '', matchers: [], functions: [...functions], range };
        result.selectors.push(selector);
      }
      if (node.name === 'Identifier' && parent === 'VectorSelector' && selector !== undefined) selector.metric = source;
      if (node.name === 'UnquotedLabelMatcher') {
        const [, label = '', operator = '', value = ''] = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/s.exec(source) ?? [];
        selector?.matchers.push({ label, operator, value, values: valuesOf(operator, value) });
      }
      if (CALLED.includes(node.name)) result.called.push(source);
      if (node.name === 'LabelName' && parent === 'GroupingLabels') result.grouped.push(source);
    },
    leave(node) {
      if (node.name === 'FunctionCall') functions.shift();
      if (node.name === 'MatrixSelector') range = undefined;
    },
  });
  return result;
}

function valuesOf(operator: string, value: string): string[] {
  if (operator.endsWith('~')) return value.split('|').filter((part) => /^\w+$/.test(part));
  return value === '' ? [] : [value];
}

/** The expressions that a template of Prometheus asks: `query "up"` and `query (printf "up{x=%q}" $labels.x)`. */
export function queriesOf(template: string): string[] {
  return [...template.matchAll(/\bquery \(?(?:printf )?"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replaceAll('\\"', '"').replaceAll('%q', '""'),
  );
}
