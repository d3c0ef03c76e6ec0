import { describe, expect, it } from 'vitest';
import { type Course, scoreOf, type Word } from '../../gauntlet/score.ts';

const GOOD: Word = { verdict: 'working', cause: 'none' };
const BAD: Word = { verdict: 'memory_only', cause: 'redis_auth' };
const OUTAGE: Course = {
  verdicts: ['memory_only', 'not_caching'],
  causes: ['redis_auth'],
  besides: [],
  passing: undefined,
  path: [GOOD, BAD, GOOD],
  found: BAD,
  complete: true,
  inTime: true,
  healed: true,
};
const OVER: Course = { ...OUTAGE, verdicts: ['working'], causes: ['none'], passing: ['memory_only'], path: [GOOD], found: GOOD };
const UNSAID: Word = { verdict: 'memory_only', cause: 'undetermined' };

describe('the score of a run', () => {
  it.each<[string, Course, string]>([
    ['the expected word in time', OUTAGE, 'right'],
    ['the expected word after some that was undetermined', { ...OUTAGE, path: [GOOD, UNSAID, BAD, GOOD] }, 'right'],
    ['the expected word too late', { ...OUTAGE, inTime: false }, 'late'],
    ['no cause until the end', { ...OUTAGE, path: [GOOD, UNSAID, GOOD], found: UNSAID, complete: false }, 'undetermined'],
    ['another verdict', { ...OUTAGE, path: [GOOD], found: GOOD, complete: false }, 'wrong verdict'],
    ['something else that had to be shown is missing', { ...OUTAGE, complete: false }, 'wrong verdict'],
    ['a wrong cause in passing', { ...OUTAGE, path: [GOOD, { ...BAD, cause: 'redis_permission' }, BAD, GOOD] }, 'wrong cause'],
    ['a wrong cause while it heals', { ...OUTAGE, path: [GOOD, BAD, { ...BAD, cause: 'evicted' }], healed: false }, 'wrong cause'],
    ['the same cause where it is true in passing', { ...OUTAGE, besides: ['evicted'], path: [BAD, { ...BAD, cause: 'evicted' }] }, 'right'],
    ['no healing', { ...OUTAGE, healed: false }, 'not healed'],
    ['working all the time', OVER, 'right'],
    ['working again after what may pass', { ...OVER, path: [GOOD, UNSAID, GOOD] }, 'right'],
    ['working again after what may not', { ...OVER, path: [GOOD, { ...UNSAID, verdict: 'not_caching' }, GOOD] }, 'wrong verdict'],
    ['still not working', { ...OVER, path: [GOOD, UNSAID], found: UNSAID, complete: false, healed: false }, 'wrong verdict'],
  ])('with %s', (_, course, score) => {
    expect(scoreOf(course)).toBe(score);
  });
});
