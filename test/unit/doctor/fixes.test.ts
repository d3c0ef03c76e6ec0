import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify as stringifyYaml } from 'yaml';
import { SEVERITY } from '../../../src/doctor/finding.ts';
import { RULES } from '../../../src/doctor/rules/index.ts';
import { type Fixed, fixed } from '../../support/doctor-fixes.ts';
import { fixtureFiles } from '../../support/doctor-fixture.ts';
import { examples, type Files } from '../../support/doctor-page.ts';

const MARK = '\ufeff';

/** The same files in the forms that editors leave. */
const FORMS: readonly [string, (text: string, name: string) => string][] = [
  ['as it is', (text) => text],
  ['with line ends of Windows', (text) => text.replaceAll('\n', '\r\n')],
  // Neither Compose nor a shell takes a mark in front of an environment file.
  ['with a byte order mark', (text, name) => (name.startsWith('.env') ? text : MARK + text)],
  ['with a comment behind each line and one at the end', (text, name) => (isPlainYaml(text, name) ? commented(text) : text)],
  ['without an end of the last line', (text) => text.trimEnd()],
  ['in flow style', rewritten((document) => stringifyYaml(document, { collectionStyle: 'flow', lineWidth: 0 }))],
  ['as JSON in one line', rewritten((document) => JSON.stringify(document))],
  ['indented by six', rewritten((document) => stringifyYaml(document, { indent: 6 }))],
];

/** Whether a comment can stand behind each line: not in a block of text. */
function isPlainYaml(text: string, name: string): boolean {
  return /\.ya?ml$/.test(name) && !/[|>][-+]?$/m.test(text);
}

function commented(text: string): string {
  return text.replaceAll(/(?<=\S)\n/g, (_, at: number) => `  # note ${at}\n`).concat('# the end\n');
}

/** Every document of a file in another style. */
function rewritten(write: (document: unknown) => string): (text: string, name: string) => string {
  return (text, name) => {
    const documents = isPlainYaml(text, name) ? parseAllDocuments(text, { merge: true }) : undefined;
    return Array.isArray(documents) ? documents.map((document) => `${write(document.toJS()).trimEnd()}\n`).join('---\n') : text;
  };
}

const key = ({ rule, message }: Fixed['before'][number]) => `${rule.id}: ${message}`;

/** What is wrong with what a patch does. */
function faults({ before, after, offered, refused, broken, texts }: Fixed, files: Files): string[] {
  const had = new Set(before.map(key));
  const worst = Math.max(...offered.map(({ severity }) => SEVERITY.indexOf(severity)));
  const fresh = after.filter((one) => !had.has(key(one)) && SEVERITY.indexOf(one.severity) <= worst);
  const names = Object.keys(files);
  const comments = names.flatMap((name) => [...(files[name] ?? '').matchAll(/#(?! redis_password).*/g)].map(([text]) => ({ name, text })));
  const lost = comments.filter(({ name, text }) => !texts[name]?.includes(text) && !isGone(name, text));
  function isGone(name: string, text: string): boolean {
    // A comment goes with the line that a fix takes away.
    const line = (files[name] ?? '').split('\n').find((one) => one.includes(text));
    return offered.some(({ edits = [] }) =>
      edits.some((edit) => edit.lines.length === 0 && files[name]?.split(/\r?\n/)[edit.from - 1] === line?.replace('\r', '')),
    );
  }
  return [
    ...offered.filter((one) => after.some((other) => key(other) === key(one))).map((one) => `still there: ${key(one)}`),
    ...fresh.map((one) => `new: ${key(one)}`),
    ...refused.map((one) => `refused: ${key(one)}`),
    ...(broken > 0 ? ['a file is broken'] : []),
    ...lost.map(({ text }) => `lost: ${text}`),
    ...names.filter((name) => files[name]?.startsWith(MARK) !== texts[name]?.startsWith(MARK)).map((name) => `the mark of ${name}`),
    ...names
      .filter((name) => files[name]?.includes('\r\n') && /[^\r]\n/.test(texts[name] ?? ''))
      .map((name) => `line ends of ${name} are mixed`),
    // The line in front of a last one that is taken away keeps its end.
    ...names.filter((name) => /\n$/.test(files[name] ?? '') && !/\n$/.test(texts[name] ?? '')).map((name) => `the end of ${name}`),
  ];
}

const EXAMPLES = RULES.map(({ id }) => id).filter((id) => Object.keys(examples(id).bad).length > 0);

describe.each(FORMS)('the fixes of every rule, in files %s', (style, form) => {
  it.each(EXAMPLES)('%s', async (rule) => {
    const { bad } = examples(rule);
    const files = Object.fromEntries(Object.entries(bad).map(([name, text]) => [name, form(text, name)]));
    const result = await fixed(files);
    expect(result.before.map((one) => one.rule.id)).toContain(rule);
    // A line that holds several settings is not edited: the fix stays in words.
    const isLine = ['in flow style', 'as JSON in one line'].includes(style);
    expect(faults(isLine ? { ...result, refused: [] } : result, files)).toEqual([]);
  });
});

describe('the fixes of an outage that looked healthy', () => {
  it.each([undefined, '1.80.9', '1.92.2', '1.104.2', '1.110.2'])(
    'are all offered on release %s, and leave nothing high',
    async (litellmVersion) => {
      const files = fixtureFiles('incident');
      const result = await fixed(files, { litellmVersion });
      expect(result.refused.map(key)).toEqual([]);
      const offered = result.offered.map(({ rule }) => rule.id);
      expect(offered).toEqual(expect.arrayContaining(['plaintext-password', 'password-shared', 'password-weak', 'password-in-command']));
      const bad = result.after.filter(({ severity, rule }) => /critical|high/.test(severity) && rule.id !== 'known-bad-release');
      expect(bad.map(key)).toEqual([]);
      expect(faults(result, files)).toEqual([]);
    },
  );
});
