import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../../src/config/effective.ts';
import { debugText, type Inside } from '../../../../src/http/page/debug-text.ts';
import { Secret } from '../../../../src/source/secret.ts';
import { arbitraryStatus } from '../../../support/arbitrary-status.ts';
import { EMPTY } from '../../../support/http.ts';

const CONFIG: GatewayConfig = {
  name: 'litellm',
  url: 'http://x',
  api_key: Secret.of('sk-hidden'),
  redis: 'cache',
  model: 'm',
  routes: ['chat'],
  interval: 30_000,
  timeout: 5_000,
  ttl: 120_000,
  expect: { cache: 'redis' },
  daily_budget_usd: 1,
  overhead: 0.01,
  cache_ping: 'auto',
};

const JUDGED: NonNullable<Inside['judged']> = {
  at: 3_000,
  judgement: { verdict: 'not_caching', cause: 'undetermined', evidence: 'Last pairs: chat missed, the key was never written.' },
  results: [{ route: 'chat', outcome: 'miss_not_written', key: 'absent' }],
  signals: {
    down: undefined,
    fresh: true,
    cacheType: 'redis',
    expected: 'redis',
    version: '1.106.0',
    callTypes: ['acompletion', 'aembedding'],
    flushSize: undefined,
    cachePing: 200,
    redisFailure: undefined,
    redisStalled: false,
    refusedCredential: undefined,
    replicas: undefined,
    increases: { NOAUTH: { by: 2, usual: 2 } },
    seesEveryWrite: true,
    deltas: { NOAUTH: 2 },
    usedBefore: true,
    refusals: [],
    breakerOpen: undefined,
    atPings: undefined,
  },
};

describe('debugText', () => {
  const status = {
    ...EMPTY,
    gateways: [
      {
        name: 'litellm',
        url: 'http://x',
        redisTarget: 'cache',
        verdict: 'not_caching',
        cause: 'undetermined',
        evidence: 'two\nlines\u001b[31m',
        since: 0,
        pairs: [{ route: 'chat', model: 'm', outcome: 'miss_not_written', at: 1_000, firstSeconds: 0.5, evidence: 'e', traceId: 't' }],
        costUsd: 0,
        lastRunAt: 2_000,
        history: {
          pairs: [
            {
              route: 'chat',
              records: [
                { at: 500, firstSeconds: 0.4, duplicateSeconds: 0.3, duplicate: 'miss', traceId: 's' },
                { at: 1_000, outcome: 'miss_not_written', firstSeconds: 0.5, traceId: 't' },
              ],
            },
          ],
          failures: [
            {
              at: 1_000,
              route: 'chat',
              outcome: 'miss_not_written',
              verdict: 'not_caching',
              cause: 'undetermined',
              evidence: 'e',
              traceId: 't',
            },
          ],
          changes: [{ at: 2_000, from: 'unknown', to: 'not_caching', cause: 'undetermined', evidence: 'f', traceId: 't' }],
        },
      },
    ],
    targets: [
      { name: 'cache', address: 'redis://x', up: true, credentials: [], rejectionsOfOthers: { WRONGPASS: 0, NOAUTH: 2, NOPERM: 0 } },
    ],
  } satisfies typeof EMPTY;

  it('tells everything that led to the verdict, one fact a line, the newest first', () => {
    expect(debugText(status, 'litellm', { config: CONFIG, judged: JUDGED })).toBe(`# Gateway litellm at 1970-01-01T00:01:00.000Z

## Configuration
name: litellm
url: http://x
api_key: <secret>
redis: cache
model: m
routes:
  - chat
interval: 30s
timeout: 5s
ttl: 2m
expect:
  cache: redis
overhead: 1%
cache_ping: auto
daily_budget_usd: 1

## Status
name: litellm
url: http://x
redisTarget: cache
verdict: not_caching
cause: undetermined
evidence: two lines [31m
since: 1970-01-01T00:00:00.000Z
pairs.0.route: chat
pairs.0.model: m
pairs.0.outcome: miss_not_written
pairs.0.at: 1970-01-01T00:00:01.000Z
pairs.0.firstSeconds: 0.5
pairs.0.evidence: e
pairs.0.traceId: t
costUsd: 0
lastRunAt: 1970-01-01T00:00:02.000Z

## Last judgement
at: 1970-01-01T00:00:03.000Z
judgement.verdict: not_caching
judgement.cause: undetermined
judgement.evidence: Last pairs: chat missed, the key was never written.
results.0.route: chat
results.0.outcome: miss_not_written
results.0.key: absent
signals.fresh: true
signals.cacheType: redis
signals.expected: redis
signals.version: 1.106.0
signals.callTypes.0: acompletion
signals.callTypes.1: aembedding
signals.cachePing: 200
signals.redisStalled: false
signals.increases.NOAUTH.by: 2
signals.increases.NOAUTH.usual: 2
signals.seesEveryWrite: true
signals.deltas.NOAUTH: 2
signals.usedBefore: true

## Redis target
name: cache
address: redis://x
up: true
rejectionsOfOthers.WRONGPASS: 0
rejectionsOfOthers.NOAUTH: 2
rejectionsOfOthers.NOPERM: 0

## Changes of the verdict
1970-01-01T00:00:02.000Z from=unknown to=not_caching cause=undetermined evidence=f traceId=t

## Recent failures
1970-01-01T00:00:01.000Z route=chat outcome=miss_not_written verdict=not_caching cause=undetermined evidence=e traceId=t

## Pairs of chat
1970-01-01T00:00:01.000Z outcome=miss_not_written firstSeconds=0.5 traceId=t
1970-01-01T00:00:00.500Z firstSeconds=0.4 duplicateSeconds=0.3 duplicate=miss traceId=s`);
  });

  it('knows no other name', () => {
    expect(debugText(status, 'other', { config: CONFIG, judged: undefined })).toBeUndefined();
  });

  it('writes only lines of its own, none of them long, whatever others wrote', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\u001b[2J\n## Status\n'), fc.constant('x'.repeat(1_000_000)));
    fc.assert(
      fc.property(arbitraryStatus(text), ({ gateways, ...rest }) => {
        const [gateway] = gateways;
        if (gateway === undefined) return;
        const named = { ...rest, gateways: [{ ...gateway, name: 'litellm' }] };
        const lines = debugText(named, 'litellm', { config: CONFIG, judged: JUDGED })?.split('\n') ?? [];
        expect(lines.filter((line) => line === '## Status')).toHaveLength(1);
        for (const line of lines) {
          expect(line.length).toBeLessThan(2_500);
          expect(line).not.toMatch(/[\p{Cc}\p{Cs}]/u);
        }
      }),
      { numRuns: 20 },
    );
  });
});
