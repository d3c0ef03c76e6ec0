import { describe, expect, it } from 'vitest';
import { doctorOutput, type GivenFiles } from '../../support/doctor-output.ts';

const CACHE = 'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n';
const doubling = (line: (index: number) => string) => Array.from({ length: 60 }, (_, index) => line(index)).join('');
const pod = (variables: string) =>
  `kind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: c\n      image: litellm\n      env:\n${variables}`;

const FILES: Readonly<Record<string, GivenFiles>> = {
  'variables that double each other in .env': { '.env': `A0=xxxxxxxxxx\n${doubling((n) => `A${n + 1}=\${A${n}}\${A${n}}\n`)}` },
  'the same in a script': { '.envrc': `export A0=xxxxxxxxxx\n${doubling((n) => `export A${n + 1}=$A${n}$A${n}\n`)}` },
  'a variable that is added to itself': { '.envrc': `export A=xxxxxxxxxx\n${'A+=$A$A\n'.repeat(60)}` },
  'doubling in an env_file': {
    'a.txt': `A0=xxxxxxxxxx\n${doubling((n) => `A${n + 1}=\${A${n}}\${A${n}}\n`)}`,
    'compose.yaml': 'services:\n  litellm:\n    image: litellm\n    env_file: a.txt\n',
  },
  'doubling in a pod': {
    'k.yaml': pod(
      `        - {name: A0, value: xxxxxxxxxx}\n${doubling((n) => `        - {name: A${n + 1}, value: "$(A${n})$(A${n})"}\n`)}`,
    ),
  },
  'bytes as a value': { 'config.yaml': `${CACHE}    host: !!binary aGVsbG8=\n` },
  'a list of nodes without end': {
    '.env': `REDIS_CLUSTER_NODES=${'['.repeat(100_000)}${']'.repeat(100_000)}\n`,
    'config.yaml': `${CACHE}    ttl: 60\n`,
  },
  '34 maps as keys': { 'config.yaml': `a: ${'{'.repeat(34)}${'}'.repeat(34)}` },
  'halves of characters': { 'config.yaml': `${CACHE}    host: "\\ud800"\n    "\\udc00": 1\n` },
  'names of prototypes': { 'config.yaml': `${CACHE}    __proto__: {a: 1}\n    constructor: x\n`, '.env': '__proto__=1\nconstructor=2\n' },
  'blanks without end': { '.env': `A=${' '.repeat(400_000)}b${' '.repeat(400_000)}c\n` },
  'a line without end': { 'config.yaml': `${CACHE}    namespace: ${'a'.repeat(900_000)}\n` },
  'a password without end': { '.env': `REDIS_PASSWORD=${'aB3'.repeat(300_000)}\nREDIS_HOST=h\n`, 'config.yaml': `${CACHE}    ttl: 60\n` },
};

describe('a hostile file is read to its end, and gives a report', () => {
  it.each(Object.keys(FILES))(
    '%s',
    async (name) => {
      const { json } = await doctorOutput(FILES[name] ?? {});
      expect(json === '' || JSON.parse(json).failed.length === 0).toBe(true);
    },
    60_000,
  );
});
