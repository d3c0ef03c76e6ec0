import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnvrc } from '../../../src/doctor/evidence/variables/envrc.ts';
import { type Lookup, UNKNOWN, UNSET } from '../../../src/doctor/evidence/variables/variable-value.ts';
import { placeText } from '../../../src/doctor/place.ts';

const nothing: Lookup = () => UNSET;

function read(text: string, files: Record<string, string> = {}, lookup = nothing) {
  const asked: string[] = [];
  const result = readEnvrc(text, '.envrc', lookup, (path, place, required) => {
    asked.push(`${path} ${placeText(place)} ${required}`);
    const found = files[path];
    return found === undefined ? undefined : { text: found, file: path };
  });
  return { ...result, asked, values: result.assignments.map(({ name, value, place }) => `${name}=${value} ${placeText(place)}`) };
}

describe('a .envrc', () => {
  it.each([
    ['export A=1', ['A=1 .envrc:1:8']],
    ['export A=1 B="two words"', ['A=1 .envrc:1:8', 'B=two words .envrc:1:12']],
    ['A=1', []],
    ['A=1\nexport A', ['A=1 .envrc:1:1']],
    ['set -a\nA=1\nset +a\nB=2', ['A=1 .envrc:2:1']],
    ["export A='$B' # why", ['A=$B .envrc:1:8']],
    [`B=x\nexport A="a-$B-\${B}-\${C:-d}"`, ['A=a-x-x-d .envrc:2:8']],
    ['export A=a\\ b', ['A=a b .envrc:1:8']],
    ['export A="\\$5 \\"x\\""', ['A=$5 "x" .envrc:1:8']],
    ['export A=$(cat secret)', ['A=undefined .envrc:1:8']],
    ['export A=`date`', ['A=undefined .envrc:1:8']],
    ['export A="pre-$(date +%s)-post" B=2', ['A=undefined .envrc:1:8', 'B=2 .envrc:1:33']],
    ['export A=~/x', ['A=undefined .envrc:1:8']],
    ['export A=(1 2)', ['A=undefined .envrc:1:8']],
    ['export A=1\nunset A', []],
    ['export A=1\nexport -n A', []],
    ['export A=1; export B=2 && export C=3', ['A=1 .envrc:1:8', 'B=2 .envrc:1:20', 'C=undefined .envrc:1:34']],
    ['if [ -f x ]; then\n  export A=1\nfi\nexport B=2', ['A=undefined .envrc:2:10', 'B=2 .envrc:4:8']],
    ['export A=1\nA+=2', ['A=1 .envrc:1:8', 'A=12 .envrc:2:1']],
    ['export A=one\\\ntwo\nexport B=1', ['A=onetwo .envrc:1:8', 'B=1 .envrc:3:8']],
    ['cat <<EOF\nexport A=1\nEOF\nexport B=2', ['B=2 .envrc:4:8']],
    ['A=1 command export B=2', []],
    ['declare -x A=1\r\nexport B=2\r\n', ['A=1 .envrc:1:12', 'B=2 .envrc:2:8']],
  ])('%j', (text, expected) => {
    expect(read(text).values).toEqual(expected);
  });

  it('follows the files that it names', () => {
    const { values, asked } = read('dotenv\nsource_env_if_exists .envrc.local\nsource_env other\nexport C=$A', {
      '.env': 'A=1\nB=2',
      other: 'export B=3',
    });
    expect(values).toEqual(['A=1 .env:1:1', 'B=2 .env:2:1', 'B=3 other:1:8', 'C=1 .envrc:4:8']);
    expect(asked).toEqual(['.env .envrc:1:1 true', '.envrc.local .envrc:2:1 false', 'other .envrc:3:1 true']);
  });

  it('says that a file sources itself', () => {
    expect(read('source_env a', { a: 'export A=1\nsource_env a' }).problems).toEqual([
      { path: 'source_env', message: 'a is read while it is being read', at: { file: 'a', line: 2, column: 1 } },
    ]);
  });

  it('says what it does not run', () => {
    expect(read('use nix\neval "$(direnv hook)"\nsource_env "$(pwd)/x"').notes.map(({ path, at }) => `${path} ${at?.line}`)).toEqual([
      'use 1',
      'eval 2',
      'source_env 3',
    ]);
  });

  it('does not take a variable that it cannot see for an empty one', () => {
    expect(read('export A=$HOME/x', {}, () => UNKNOWN).values).toEqual(['A=undefined .envrc:1:8']);
  });

  it('never throws and never loses the line of a name, whatever is in the file', () => {
    const pieces = fc.constantFrom(
      'export A=1',
      'A="',
      "'",
      '$(',
      '`',
      '\\',
      'if true; then',
      'fi',
      '<<EOF',
      'EOF',
      '{',
      '}',
      ';',
      '&&',
      '#',
      '((',
      'unset A',
      'source_env x',
      `\${A:-\${B`,
      '\r',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 25 }), fc.constantFrom('\n', ' '), (parts, glue) => {
        const text = parts.join(glue);
        const lines = text.split('\n');
        for (const { name, place } of readEnvrc(text, '.envrc', nothing, () => undefined).assignments)
          expect(lines[(place.line ?? 0) - 1]?.slice((place.column ?? 0) - 1).startsWith(name)).toBe(true);
      }),
    );
  });
});
