import { describe, expect, it } from 'vitest';
import type { Recovery } from '../../breaker/recovery.ts';
import { FAULTS } from '../../gauntlet/index.ts';
import { parseRelease } from '../../release/parse-release.ts';
import { isAsKnown, reportOf, type Trial } from '../../release/report.ts';
import { TWELVE } from '../../release/twelve.ts';

const CHAT: Recovery = {
  release: '1.111.0',
  trouble: 'password refused',
  traffic: 'chat',
  recovery: 5,
  exporter: false,
  seconds: 3.62,
  patience: 45,
  verdict: undefined,
};
const TRIAL: Trial = {
  release: '1.111.0',
  before: '1.110.2',
  date: '2026-12-01',
  minutes: 31,
  replaced: [{ name: 'litellm-enterprise', upTo: '<=0.1.83.post1' }, { name: 'litellm-proxy' }],
  inside: { found: { packages: { gone: ['redis 6.4.0'], added: ['redis 7.0.0'] }, routes: { gone: [], added: [] } } },
  answers: { found: { differences: {}, notBefore: ['messages-first'], notNow: [] } },
  resolved: { found: { cases: 300, differences: [] } },
  fidelity: {
    found: {
      shapes: { text: { result: 'same', parts: [] }, stream_usage: { result: 'altered', parts: ['/usage'] } },
      varying: [],
      apart: [{ shape: 'responses', now: 'same', release: '1.110.2', before: 'not_cached' }],
    },
  },
  faults: { found: [{ name: 'Redis stopped', score: 'right', said: 'working none, then memory_only redis_unreachable' }] },
  recovered: { found: [CHAT] },
};

describe('the report of a trial', () => {
  it('tells what was replaced, what is gone and new, and what was the same', () => {
    expect(reportOf(TRIAL)).toBe(`## LiteLLM 1.111.0, compared with 1.110.2

Tried on 2026-12-01 by \`npm run try-release -- 1.111.0\`, in 31 minutes. The package index does not have all of its requirements; tried and taken: litellm-enterprise<=0.1.83.post1, without litellm-proxy.

### What it is made of

- **packages**
  - gone: \`redis 6.4.0\`
  - new: \`redis 7.0.0\`

### What it answers

Every answer that was recorded of both looks as before.

Recorded of 1.111.0 only: messages-first.

### What the doctor says of it

It resolves the connection of all 300 generated configurations as this release does.

### What its cache does to answers

- stream_usage: altered at \`/usage\`
- responses: same, with 1.110.2 not_cached

### Faults

1 of 1 right.

| fault | score | what the exporter reported |
|---|---|---|
| Redis stopped | right | working none, then memory_only redis_unreachable |

### After refused logins

- password refused, chat, recovery 5 s: 3.6 s
`);
    expect(isAsKnown(TRIAL)).toBe(true);
  });

  it.each([
    ['a step that was not done', { answers: { failed: 'the gateway did not start' } }],
    ['a wrong cause', { faults: { found: [{ name: 'Redis stopped', score: 'wrong cause', said: 'x' }] } }],
    ['answers that were not looked at', { fidelity: { failed: 'the gateway did not start' } }],
    [
      'a shape of answers that was given back as it was before',
      { fidelity: { found: { shapes: {}, varying: [], apart: [{ shape: 'text', now: 'wrong', release: '1.110.2', before: 'same' }] } } },
    ],
    [
      'a shape of answers that is not the same each time',
      { fidelity: { found: { shapes: {}, varying: [{ shape: 'text', results: ['same', 'wrong'] }], apart: [] } } },
    ],
    ['a recovery that was not measured', { recovered: { failed: 'the gateway did not start' } }],
    ['a fault that was not run', { faults: { found: [{ name: 'Redis stopped', score: 'not run', said: 'x' }] } }],
    [
      'another resolution',
      { resolved: { found: { cases: 1, differences: [{ client: 'cache', environment: {}, config: {}, theirs: 'raises', ours: null }] } } },
    ],
  ] as const)('needs a person for %s', (_, change) => {
    expect(isAsKnown({ ...TRIAL, ...change })).toBe(false);
    expect(reportOf({ ...TRIAL, ...change })).not.toBe(reportOf(TRIAL));
  });

  it('needs a person for a breaker that does not close on a release of which that is not known', () => {
    const stuck = { found: [{ ...CHAT, seconds: undefined }] };
    expect(isAsKnown({ ...TRIAL, release: '1.109.3', recovered: stuck })).toBe(false);
    expect(isAsKnown({ ...TRIAL, release: '1.110.2', recovered: stuck })).toBe(true);
    expect(reportOf({ ...TRIAL, recovered: stuck })).toContain('- password refused, chat, recovery 5 s: not within 45 s');
  });

  it('names answers that differ in the same way together', () => {
    const same = { gone: ['header x'], added: [] };
    const found = {
      differences: { 'chat-first': same, 'cache-ping': { gone: [], added: [] }, 'chat-again': same },
      notBefore: [],
      notNow: [],
    };
    expect(reportOf({ ...TRIAL, answers: { found } })).toContain(
      '- **chat-first, chat-again**\n  - gone: `header x`\n\n### What the doctor',
    );
  });

  it('cuts long lists and says how much more there is', () => {
    const added = Array.from({ length: 60 }, (_, index) => `word ${index}`);
    expect(reportOf({ ...TRIAL, answers: { found: { differences: { chat: { gone: [], added } }, notBefore: [], notNow: [] } } })).toContain(
      '  - and 20 more',
    );
  });
});

describe('a trial', () => {
  it('runs twelve faults that there are', () => {
    const names = FAULTS.map(({ name }) => name);
    expect(TWELVE).toHaveLength(12);
    for (const name of TWELVE) expect(names).toContain(name);
  });

  it('takes three numbers for a release', () => {
    expect(['1.111.0', 'v1.111.0', '01.2.3'].map(parseRelease)).toEqual(['1.111.0', '1.111.0', '1.2.3']);
    for (const text of ['', '1.2', 'latest', '1.2.3rc1', '../1.2.3', '1.2.3; rm'])
      expect(() => parseRelease(text)).toThrow('write three numbers');
  });
});
