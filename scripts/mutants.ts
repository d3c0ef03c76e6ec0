import { stripTypeScriptTypes } from 'node:module';
import { type Node, parse } from 'acorn';

/** One place of a source and what is written there instead. `line` and `column` count from 1. */
export interface Mutant {
  start: number;
  end: number;
  line: number;
  column: number;
  before: string;
  after: string;
}

const OTHER: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '*': '/',
  '/': '*',
  '-': '+',
  '&&': '||',
  '||': '&&',
};

/**
 * Every damage of a source in one place: a comparison with or without its bound, a condition that is left out or turned
 * around, a number that is one more, a sign. Texts stay as they are: what they say the tests of pages and reports hold.
 */
export function mutantsOf(source: string): Mutant[] {
  // Types become blanks, so that every place is where it was.
  const script = stripTypeScriptTypes(source);
  const mutants: Mutant[] = [];
  const add = (start: number, end: number, after: string) => {
    const lines = source.slice(0, start).split('\n');
    mutants.push({
      start,
      end,
      line: lines.length,
      column: (lines.at(-1)?.length ?? 0) + 1,
      before: source.slice(start, end).replace(/\s+/g, ' ').slice(0, 80),
      after,
    });
  };
  for (const node of nodesOf(parse(script, { ecmaVersion: 'latest', sourceType: 'module' }))) damage(node, source, add);
  return mutants;
}

function damage(node: Fields, source: string, add: (start: number, end: number, after: string) => void): void {
  const { left, right, test, consequent, alternate, argument, operator, value } = node;
  const text = ({ start, end }: Node) => source.slice(start, end);
  if ((node.type === 'BinaryExpression' || node.type === 'LogicalExpression') && isNode(left) && isNode(right)) {
    const other = typeof operator === 'string' ? OTHER[operator] : undefined;
    const at = left.end + source.slice(left.end, right.start).indexOf(String(operator));
    if (other !== undefined) add(at, at + String(operator).length, other);
    if (node.type === 'LogicalExpression') {
      add(node.start, node.end, text(left));
      add(node.start, node.end, text(right));
    }
  }
  if (node.type === 'UnaryExpression' && operator === '!' && isNode(argument)) add(node.start, node.end, `(${text(argument)})`);
  if (node.type === 'IfStatement' && isNode(test)) add(test.start, test.end, 'false');
  if (node.type === 'ConditionalExpression' && isNode(consequent) && isNode(alternate)) {
    add(node.start, node.end, `(${text(consequent)})`);
    add(node.start, node.end, `(${text(alternate)})`);
  }
  if (node.type === 'Literal' && typeof value === 'number') add(node.start, node.end, String(value + 1));
  if (node.type === 'Literal' && typeof value === 'boolean') add(node.start, node.end, String(!value));
}

type Fields = Node & Readonly<Record<string, unknown>>;

function* nodesOf(node: Node): Generator<Fields> {
  const fields: Fields = { ...node };
  yield fields;
  for (const value of Object.values(fields))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && typeof value.type === 'string';
}
