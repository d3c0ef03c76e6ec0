import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statusText } from '../../../src/cli/report.ts';
import type { Status, VerdictChange } from '../../../src/model/status.ts';
import { arbitraryStatus } from '../../support/arbitrary-status.ts';
import { EMPTY } from '../../support/http.ts';

const INCIDENT: Status = {
  ...EMPTY,
  now: 100_000,
  gateways: [
    {
      name: 'litellm',
      url: 'http://litellm:4000',
      redisTarget: 'cache',
      verdict: 'memory_only',
      cause: 'redis_auth',
      evidence: 'NOAUTH grew by 47 at cache while the pair ran, 0 in the ten windows before',
      since: 40_000,
      pairs: [
        {
          route: 'completions',
          model: 'm',
          outcome: 'miss_not_written',
          at: 90_000,
          firstSeconds: 1.84,
          duplicateSeconds: 1.79,
          evidence: 'no key was written',
          traceId: 'a',
        },
        {
          route: 'chat',
          model: 'm',
          outcome: 'hit_not_in_redis',
          at: 92_000,
          firstSeconds: 1.61,
          duplicateSeconds: 0.0042,
          ttlSeconds: 117,
          evidence: '',
          traceId: 'b',
        },
      ],
      speedup: { point: 75.31, lower: 61.2, upper: 88.9, pairs: 240 },
      costUsd: 0,
    },
  ],
  targets: [
    {
      name: 'cache',
      address: 'redis://cache:6379/0',
      up: true,
      version: '7.0.15',
      keys: 1_234,
      usedMemoryBytes: 1_048_576,
      credentials: [
        { credential: 'exporter', state: 'ok' },
        { credential: 'litellm', state: 'failed', error: 'wrongpass', lastSuccessAt: 70_000 },
      ],
      rejectionsOfOthers: { WRONGPASS: 3, NOAUTH: 1_047, NOPERM: 0 },
      refused: [
        { reason: 'auth', user: 'default', address: '10.0.0.5', library: 'redis-py', what: 'hello', count: 2, at: 95_000 },
        { reason: 'auth', user: 's3... (22 characters)', address: '10.0.0.9', what: 'auth', count: 1, at: 40_000 },
      ],
      noauth: { at: 95_000, candidates: [{ address: '10.0.0.5', library: 'redis-py', connections: 4 }] },
    },
  ],
};

describe('the report', () => {
  it('tells an incident at a glance', () => {
    expect(statusText(INCIDENT, { color: false })).toBe(`litellm  MEMORY ONLY  redis_auth  for 60 s
  Each worker answers duplicates from its own memory; Redis is not used, so
  other workers pay again.
  Evidence: NOAUTH grew by 47 at cache while the pair ran, 0 in the ten windows
  before
  Next: Compare the REDIS_* variables of the gateway with its cache_params, and
  both with the password that Redis has.

  route        outcome              first  duplicate    ttl      when
  completions  miss, never written  1.8 s      1.8 s         10 s ago
    no key was written
  chat         hit, not in Redis    1.6 s     4.2 ms  117 s   8 s ago
  duplicates 75.3 times faster (61.2 to 88.9, 240 pairs)
  http://litellm:4000, Redis target cache

cache    UP
  redis://cache:6379/0, version 7.0.15, 1,234 keys, 1.0 MiB, no limit
  credential exporter  accepted
  credential litellm   refused   the password is wrong (WRONGPASS)
    last accepted 30 s ago
  refused to others: 3 WRONGPASS, 1,047 NOAUTH
    login (hello) to default from 10.0.0.5 with redis-py, 2 times, last 5 s ago
    login (auth) to s3... (22 characters) from 10.0.0.9, 1 time, last 60 s ago
  Redis does not record who sends commands without a password (NOAUTH). These
  connections of the user default may have:
    4 from 10.0.0.5 with redis-py
`);
  });

  it('tells which replica read what which wrote', () => {
    const replicas = [{ from: '10.0.0.1:4000', to: '10.0.0.2:4000', outcome: 'miss_key_present' as const, at: 90_000 }];
    const gateways = INCIDENT.gateways.map((gateway) => ({ ...gateway, replicas }));
    expect(statusText({ ...INCIDENT, gateways }, { color: false })).toContain(
      '\n  written by 10.0.0.1:4000, read by 10.0.0.2:4000: miss, key in Redis, 10 s ago\n',
    );
  });

  it('tells whether hits are told by content, and which setting to look at where they are not', () => {
    const report = (problems?: readonly string[]) => {
      const gateways = INCIDENT.gateways.map((gateway) => ({ ...gateway, ...(problems && { origin: { problems } }) }));
      return statusText({ ...INCIDENT, gateways }, { color: false });
    };
    expect(report()).not.toContain('content');
    expect(report([])).toContain('\n  hits told by the content of answers\n');
    expect(report(['Look at api_base.'])).toContain('\n  hits not told by the content of all answers: Look at api_base.\n');
  });

  it('is the same text in colour', () => {
    const coloured = statusText(INCIDENT, { color: true });
    expect(coloured).toContain('litellm  \u001b[31mMEMORY ONLY\u001b[0m  redis_auth');
    expect(stripVTControlCharacters(coloured)).toBe(statusText(INCIDENT, { color: false }));
  });

  it('keeps to 80 columns and to its own control characters, whatever others wrote', () => {
    const word = fc.string({ unit: 'binary', maxLength: 12 });
    const text = fc.array(word, { maxLength: 20 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(arbitraryStatus(text), (status) => {
        const named = (name: string) => ({ name: name.replace(/[^a-z]/g, '').slice(0, 20) });
        const report = statusText(
          {
            ...status,
            targets: status.targets.map((target) => ({
              ...target,
              ...named(target.name),
              credentials: target.credentials.map((entry) => ({ ...entry, credential: 'c' })),
              // A node is called by host and port, which are read as such.
              nodes: target.nodes?.map((node) => ({ ...node, ...named(node.name) })),
            })),
            gateways: status.gateways.map((gateway) => ({ ...gateway, ...named(gateway.name) })),
          },
          { color: false },
        );
        for (const line of report.split('\n')) {
          expect(line.length).toBeLessThanOrEqual(80);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });

  it('lists the last changes of the verdict, but not that there was a first one', () => {
    const change = { at: 20_000, from: 'unknown', to: 'working', cause: 'none', evidence: '', traceId: 't' } as const;
    const later = { ...change, at: 40_000, from: 'working', to: 'memory_only', cause: 'redis_auth' } as const;
    const reportWith = (changes: readonly VerdictChange[]) => {
      const gateways = INCIDENT.gateways.map((gateway) => ({ ...gateway, history: { pairs: [], failures: [], changes } }));
      return statusText({ ...INCIDENT, gateways }, { color: false });
    };
    expect(reportWith([change])).toBe(statusText(INCIDENT, { color: false }));
    const healed = { ...change, at: 60_000, from: 'memory_only' } as const;
    expect(reportWith([change, later, healed])).toContain(`
  verdict before  verdict      cause           when
  memory only     working                  40 s ago
  working         memory only  redis_auth  60 s ago
`);
    const lines = reportWith(Array.from({ length: 50 }, () => later)).split('\n');
    expect(lines.filter((line) => line.startsWith('  working '))).toHaveLength(5);
  });

  it('says so when nothing is configured', () => {
    expect(statusText(EMPTY, { color: false })).toBe('nothing is configured\n');
  });
});
