import { describe, expect, it } from 'vitest';
import type { Details, Log } from '../../../../src/model/tick.ts';
import type { Judgement } from '../../../../src/verdict/judge.ts';
import { type Judged, judge } from '../../../../src/watch/gateway/judge.ts';
import { logVerdict, NOT_JUDGED, type Shown, shownAfter } from '../../../../src/watch/gateway/publish.ts';
import { createState, type GatewayState } from '../../../../src/watch/gateway/state.ts';
import { type StatusParts, statusOf } from '../../../../src/watch/gateway/status.ts';
import { DOWN, replicasFound, round, stateAfter } from '../../../support/round.ts';
import { gatewayConfig } from '../../../support/watched-gateway.ts';

const CONFIG = gatewayConfig('http://x', { routes: ['completions'] });
const START = createState(CONFIG);
const GOOD = stateAfter(START, round({ completions: 'ok' }));

function status(state: GatewayState, more: Partial<StatusParts> = {}) {
  const overhead = { share: 1, spentSeconds: 0, notAskedAgain: [] };
  return statusOf(state, { config: CONFIG, shown: NOT_JUDGED, overhead, silent: false, running: false, now: state.endedAt, ...more });
}

/** What is shown after the judgement of a state. */
function shownOf(state: GatewayState, before: Shown = NOT_JUDGED): Shown {
  return shownAfter(before, judge(state));
}

describe('the status of a gateway', () => {
  it('says before the first judgement whether pairs are under way', () => {
    expect(status(START)).toMatchObject({ verdict: 'unknown', evidence: 'No pair has run yet.', pairs: [] });
    expect(status(START, { running: true }).evidence).toBe('The first pairs are under way.');
    expect(status(GOOD).evidence).toBe('The first pairs are under way.');
    expect(status(GOOD, { shown: shownOf(GOOD), running: true }).verdict).toBe('working');
  });

  it('has nothing of a gateway that was not asked yet', () => {
    for (const key of ['up', 'ready', 'version', 'cachePing', 'cachePingNotAsked', 'overhead', 'since', 'lastRunAt', 'replicas'])
      expect(status(START)).not.toHaveProperty(key);
  });

  it('does not show a verdict for ever when no pair runs any more, but that it is down', () => {
    const shown = shownOf(GOOD);
    const old = GOOD.endedAt + 3 * CONFIG.interval + 1;
    expect(status(GOOD, { shown, now: old - 1 }).verdict).toBe('working');
    expect(status(GOOD, { shown, now: old })).toMatchObject({
      verdict: 'unknown',
      evidence: 'The last pair of completions is older than three intervals.',
    });
    const down = stateAfter(GOOD, round({}, { before: DOWN, after: DOWN }));
    expect(status(down, { shown: shownOf(down), now: old + 1_000_000 })).toMatchObject({ verdict: 'unreachable', up: false });
  });

  it('doubts hits while Redis does not answer, and no other verdict', () => {
    expect(status(GOOD, { shown: shownOf(GOOD), silent: true }).doubt).toBe('the watched Redis does not answer');
    const missed = stateAfter(START, round({ completions: 'miss_not_written' }));
    expect(status(missed, { shown: shownOf(missed), silent: true })).not.toHaveProperty('doubt');
  });

  it('lists the pairs of replicas where any are configured', () => {
    const state = stateAfter(createState({ ...CONFIG, addresses: ['a'] }), {
      ...round({ completions: 'ok' }),
      replicas: replicasFound('ab'),
    });
    expect(status(state).replicas).toMatchObject([{ from: 'a', to: 'b', outcome: 'ok' }]);
  });
});

describe('the verdict that is shown', () => {
  const judged = (verdict: Judgement['verdict'], at: number): Judged => ({
    ...judge(GOOD),
    at,
    judgement: { verdict, cause: 'none', evidence: '' },
  });

  it('is so since it left or regained working', () => {
    let shown = NOT_JUDGED;
    const since = (['not_caching', 'partial', 'working', 'working', 'memory_only', 'not_caching'] as const).map((verdict, index) => {
      shown = shownAfter(shown, judged(verdict, index + 1));
      return shown.since;
    });
    expect(since).toEqual([1, 1, 3, 3, 5, 5]);
  });
});

describe('a verdict in the log', () => {
  const working = { verdict: 'working', cause: 'none', evidence: '' } as const;
  const broken = { verdict: 'memory_only', cause: 'undetermined', evidence: '' } as const;

  it.each<[string, Judgement, Judgement, string[]]>([
    ['not again while it stays', working, { ...working, evidence: 'more' }, []],
    ['as a warning when the cache breaks', working, broken, ['warn']],
    ['as a warning when its cause becomes known', broken, { ...broken, cause: 'redis_auth' }, ['warn']],
    ['as news when it heals', broken, working, ['info']],
    ['as news when it is as the configuration says', broken, { ...working, verdict: 'local' }, ['info']],
  ])('is written %s, and noted in any case', (_, before, now, levels) => {
    const lines: string[] = [];
    const noted: Details[] = [];
    const line = (level: string) => () => void lines.push(level);
    const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
    const note = (details: Details) => void noted.push(details);
    logVerdict(log, 'litellm', before, now, {
      signal: new AbortController().signal,
      traceId: 't',
      step: (_name, run) => run({}, note),
      note,
    });
    expect([lines, noted]).toEqual([levels, [{ gateway: 'litellm', ...now, trace_id: 't' }]]);
  });
});
