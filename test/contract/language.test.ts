import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Words that a reader in a second language has to guess at, with what to write instead. */
const BANNED: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\bsomebody\b/i, 'name the person or the program'],
  [/\bwhoever\b/i, 'name the client, the reader or the process'],
  [/\bstrangers?\b/i, 'an unrelated client'],
  [/\bmanieth\b/i, 'every n-th'],
  [/\bsaid\b/i, 'reported, logged, set'],
  [/\bmet\b/i, 'reached, seen, within'],
  [/\belsewhere\b/i, 'name the other place'],
  [/\bheard\b/i, 'received'],
  [/\bwant of\b/i, 'without, because … is missing'],
  [/\bstands?[.,;:)]/i, 'is kept, is valid, is reported'],
  [/\bstands (?:in|for|beside|behind|below|at|there)\b/i, 'is, means'],
  [/\bthe contract (?:asks|allows|gave|makes|takes|tells)\b/i, 'name the fact'],
  [/\(facts: /, 'name the fact'],
];

/** Places that may use such a word, each with its reason. */
const ALLOWED: readonly (readonly [file: RegExp, line: RegExp, reason: string])[] = [
  [/^src\/doctor\/rules\/(?:password-weak|client-fails)\.ts$/, /\belsewhere\b/, 'a local variable'],
  [/^src\/masking\/ordinary\.ts$/, /^ +'/, 'a list of ordinary words'],
];

const PROSE = /^(?:src|grafana\/src)\/.*\.ts$|^(?:docs|deploy)\/.*\.(?:md|ya?ml)$|^[A-Z]+\.md$/;
const NOT_PROSE = /^CHANGELOG\.md$/;

function problemsIn(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) =>
    BANNED.filter(([word]) => word.test(line))
      .filter(() => !ALLOWED.some(([path, pattern]) => path.test(file) && pattern.test(line)))
      .map(([word, instead]) => `${file}:${index + 1}: ${word.exec(line)?.[0]} (write: ${instead})`),
  );
}

describe('the language of sources, messages and pages', () => {
  it('has none of the words that a reader has to guess at', () => {
    const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n');
    const prose = files.filter((file) => PROSE.test(file) && !NOT_PROSE.test(file));
    expect(prose.length).toBeGreaterThan(400);
    expect(prose.flatMap((file) => problemsIn(file, readFileSync(file, 'utf8')))).toEqual([]);
  });

  it.each([
    ['// Whoever comes first is served.', 'Whoever'],
    ['/** What the server said. */', 'said'],
    ['the value stands in the file', 'stands in'],
  ])('would find %s', (line, word) => {
    expect(problemsIn('src/x.ts', line)).toEqual([expect.stringContaining(`src/x.ts:1: ${word} `)]);
  });

  it('begins every line of the log with a capital letter', () => {
    const files = execFileSync('git', ['ls-files', 'src'], { encoding: 'utf8' }).split('\n');
    const lines = files
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/\blog\.(?:debug|info|warn|error)\([^;]*?'([^']+)',?\s*\)/g)].map(([, sentence]) => ({
          file,
          sentence,
        })),
      );
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter(({ sentence = '' }) => !/^[A-Z]/.test(sentence))).toEqual([]);
  });
});
