import { describe, expect, it } from 'vitest';
import { additionOf, originOf, pairsOf, reportOf, withSection } from '../../gauntlet/report.ts';
import type { Run } from '../../gauntlet/stage.ts';

const RUN: Run = {
  fault: 'Redis stopped',
  release: '1.106.0',
  noise: false,
  score: 'right',
  said: { verdict: 'memory_only', cause: 'redis_unreachable' },
  detectedAfter: 2,
  healedAfter: 1.25,
  path: ['working none', 'memory_only redis_unreachable', 'working none'],
  others: { cachePing: '503', readiness: '200', duplicateChat: 'hit', redisUp: '0' },
};
const FOUND = { date: '2026-11-22', command: 'npm run gauntlet', versions: '', over: { done: 1, of: 4 }, broken: [], impossible: [] };

describe('the page of the gauntlet', () => {
  it('has one row for the runs of a fault on a release, with the median and the longest time', () => {
    const late: Run = { ...RUN, score: 'late', detectedAfter: 9, healedAfter: 3 };
    const page = reportOf({ ...FOUND, runs: [RUN, { ...RUN, detectedAfter: 4 }, late] });
    expect(page).toContain(
      '| Redis stopped | 1.106.0 | no | memory_only | redis_unreachable | 4.0 (9.0) | 1.3 (3.0) | 2/3 | 503 | 200 | hit | 0 |',
    );
    expect(page).toContain(
      '**3 runs: 2 right, 0 undetermined, 1 late, 0 wrong verdict, 0 wrong cause, 0 not healed, 0 not run; 66.7 % right.**',
    );
    expect(page).toContain('1 of 4 rows of the table below were complete');
    expect(page).toContain('Of 3 faults that were seen, 2 were seen within two intervals (8 s).');
    expect(page).toContain(
      '- late: Redis stopped, LiteLLM 1.106.0. Reported: working none, then memory_only redis_unreachable, then working none.',
    );
  });

  it('counts the other signals over states, not over runs, and leaves out those that are as they should be', () => {
    const healthy: Run = {
      ...RUN,
      fault: 'mode: default_off',
      said: { verdict: 'working', cause: 'none' },
      others: { ...RUN.others, cachePing: '200' },
    };
    const page = reportOf({ ...FOUND, runs: [RUN, RUN, healthy] });
    expect(page).toContain(
      'States of this page in which something was wrong: 1. In those, `/cache/ping` answered 200 in 0, `/health/readiness` answered 200 in 1, a duplicate chat came back as a hit in 1, and `redis_up` was 1 in 0.',
    );
  });

  it('takes runs that are added under a heading of their own, with their own count', () => {
    const added = additionOf({ ...FOUND, command: 'npm run gauntlet -- --append', runs: [RUN, { ...RUN, score: 'late' }] });
    expect(added).toMatch(/^## Added on 2026-11-22\n\nBy `npm run gauntlet -- --append`/);
    expect(added).toContain('**2 runs: 1 right, ');
    expect(added).toContain('| Redis stopped | 1.106.0 | no | memory_only | redis_unreachable | 2.0 (2.0) | 1.3 (1.3) | 1/2 |');
    expect(added).toContain('### Not right\n\n- late: Redis stopped');
    expect(added).not.toContain('rows of the table below');
  });

  it('counts a run that could not be made against the rest', () => {
    const page = reportOf({ ...FOUND, runs: [RUN], broken: ['Redis stopped: no reason'] });
    expect(page).toContain('50.0 % right.**');
    expect(page).toContain('## Not run\n\n- Redis stopped: no reason');
  });
});

describe('a section of the page', () => {
  const found = { ...FOUND, runs: [RUN] };
  const page = reportOf(found);

  it('is added at the end, and takes the place of the one with its heading, wherever that is', () => {
    const sections = [pairsOf(found), originOf(found, false), originOf(found, true)];
    const whole = sections.reduce(withSection, page);
    expect(whole).toBe(`${[page.trimEnd(), ...sections.map((section) => section.trimEnd())].join('\n\n')}\n`);
    for (const section of sections) expect(withSection(whole, section)).toBe(whole);
    const again = withSection(whole, originOf({ ...found, date: '2026-12-01' }, false));
    expect(again.replace('Written on 2026-12-01', 'Written on 2026-11-22')).toBe(whole);
    expect(again).not.toBe(whole);
  });
});
