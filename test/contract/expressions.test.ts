import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { tokenizer } from 'acorn';
import { analyse } from 'scslre';
import { describe, expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../../src');

interface Expression {
  place: string;
  pattern: string;
  flags: string;
}

/** Every regular expression that a text of TypeScript holds as a literal. */
function expressionsOf(text: string, file: string): Expression[] {
  const code = stripTypeScriptTypes(text.replace(/^#!.*/, ''));
  const options = { ecmaVersion: 'latest', sourceType: 'module', locations: true } as const;
  return [...tokenizer(code, options)].flatMap(({ type, start, end, loc }) => {
    if (type.label !== 'regexp') return [];
    const literal = code.slice(start, end);
    const close = literal.lastIndexOf('/');
    return [{ place: `${file}:${loc?.start.line}`, pattern: literal.slice(1, close), flags: literal.slice(close + 1) }];
  });
}

/** Why an expression takes more than linear time over some text: the parts of it that compete for the same characters. */
function slow({ place, pattern, flags }: Expression): string[] {
  const { reports } = analyse(new RegExp(pattern, flags), { reportTypes: { Move: true, Self: true, Trade: true } });
  return reports.map((report) => {
    const parts = report.type === 'Trade' ? `${report.startQuant.raw} and ${report.endQuant.raw}` : report.quant.raw;
    return `${place}: ${parts} of /${pattern}/${flags}`;
  });
}

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .toSorted();
const expressions = files.flatMap((file) => expressionsOf(readFileSync(join(SOURCES, file), 'utf8'), file));

describe('the regular expressions of the product', () => {
  it('are found', () => {
    expect(expressions.length).toBeGreaterThan(400);
  });

  it('take linear time over any text', () => {
    expect(expressions.flatMap(slow)).toEqual([]);
  });

  it.each([
    String.raw`const a = /\w+Exception - /;`,
    String.raw`const a: RegExp = text.replace(/\/+$/, '') as never;`,
    'const a = /^(a+)+$/;',
    String.raw`const a = /^\s*\S*?\s*$/;`,
    'const a = /"(.*)".*$/m;',
  ])('would be told if they did not: %s', (text) => {
    expect(expressionsOf(text, 'a.ts').flatMap(slow)).not.toEqual([]);
  });

  it('are literals, but for those that are made from constants alone', () => {
    const made = files.filter((file) => /new RegExp\(/.test(readFileSync(join(SOURCES, file), 'utf8')));
    expect(made).toEqual(['census/key-class.ts']);
  });
});
