import { describe, expect, it } from 'vitest';
import { repeated, type Stage, summary, type VitestReport, vitestStage } from '../../../scripts/test-summary.ts';

const GOOD: Stage = { name: 'unit', seconds: 1.25, passed: 3, failed: [], skipped: [] };

describe('the closing lines of npm test', () => {
  it('end with the sum over all stages', () => {
    const { lines, status } = summary([GOOD, { ...GOOD, name: 'e2e', passed: 2 }], true);
    expect(lines).toEqual(['unit            1.3 s', 'e2e             1.3 s', '5 passed, 0 failed, 0 skipped']);
    expect(status).toBe(0);
  });

  it('fail with a failed test, and name it with what it said', () => {
    const message = [
      'AssertionError: expected 1 to be 2',
      '',
      '    at node_modules/vitest/x.js',
      ...Array.from({ length: 30 }, (_, frame) => `    at frame ${frame}`),
    ].join('\n');
    const { lines, status } = summary([{ ...GOOD, failed: [{ name: 'a sum is right', message }] }], false);
    expect(lines.slice(0, 3)).toEqual(['failed unit: a sum is right', '  AssertionError: expected 1 to be 2', '      at frame 0']);
    expect(lines).toHaveLength(15);
    expect(lines.at(-1)).toBe('3 passed, 1 failed, 0 skipped');
    expect(status).toBe(1);
  });

  it('count a stage with a problem as a failure and name it', () => {
    const { lines, status } = summary([{ ...GOOD, problem: 'took longer than its cap of 60 s' }], false);
    expect(lines[0]).toBe('unit failed: took longer than its cap of 60 s');
    expect(lines.at(-1)).toBe('3 passed, 1 failed, 0 skipped');
    expect(status).toBe(1);
  });

  it('fail when no test ran', () => {
    const { lines, status } = summary([{ ...GOOD, passed: 0 }], false);
    expect(lines[0]).toBe('no test ran');
    expect(status).toBe(1);
  });

  it('name what was skipped, and refuse it with CI set', () => {
    const stages = [{ ...GOOD, skipped: ['Redis 7.0.15 answers'] }];
    expect(summary(stages, false)).toMatchObject({ status: 0, lines: expect.arrayContaining(['skipped unit: Redis 7.0.15 answers']) });
    expect(summary(stages, true)).toMatchObject({ status: 1, lines: expect.arrayContaining(['with CI set a skipped test is a failure']) });
  });
});

describe('a stage from a report of vitest', () => {
  const report: VitestReport = {
    numPassedTests: 1,
    testResults: [
      {
        name: 'a.test.ts',
        status: 'passed',
        message: '',
        assertionResults: [
          { fullName: 'a', status: 'passed' },
          { fullName: 'b', status: 'skipped' },
          { fullName: 'c', status: 'todo' },
        ],
      },
    ],
  };

  it('takes everything that neither passed nor failed for skipped', () => {
    expect(vitestStage('unit', 1, report, undefined)).toEqual({ name: 'unit', seconds: 1, passed: 1, failed: [], skipped: ['b', 'c'] });
  });

  it('keeps an exit status that no failed test explains', () => {
    expect(vitestStage('unit', 1, report, 'exited with status 1').problem).toBe('exited with status 1');
    const failed = { fullName: 'd', status: 'failed', failureMessages: ['Error: no'] };
    const testResults = [{ name: 'a.test.ts', status: 'failed', message: '', assertionResults: [failed] }];
    const stage = vitestStage('unit', 1, { ...report, testResults }, 'exited with status 1');
    expect(stage).toEqual({ name: 'unit', seconds: 1, passed: 1, failed: [{ name: 'd', message: 'Error: no' }], skipped: [] });
  });

  it('counts a file that could not be run as one failure, also beside tests that failed', () => {
    const failed = { fullName: 'd', status: 'failed', failureMessages: null };
    const testResults = [
      { name: 'a.test.ts', status: 'failed', message: 'Cannot find module', assertionResults: [] },
      { name: 'b.test.ts', status: 'failed', message: '', assertionResults: [failed] },
    ];
    expect(vitestStage('unit', 1, { ...report, testResults }, 'exited with status 1').failed).toEqual([
      { name: 'a.test.ts', message: 'Cannot find module' },
      { name: 'd', message: '' },
    ]);
  });

  it('needs a report', () => {
    expect(vitestStage('unit', 1, undefined, undefined)).toMatchObject({ passed: 0, problem: 'wrote no report' });
  });
});

describe('several runs of one project', () => {
  it('are one stage that failed where any run did, and counts what passed once', () => {
    const bad: Stage = { ...GOOD, passed: 2, failed: [{ name: 'a', message: 'no' }], skipped: ['b'] };
    expect(repeated([GOOD, bad, { ...GOOD, problem: 'took longer than its cap of 1 s' }])).toEqual([
      {
        name: 'unit',
        seconds: 3.75,
        passed: 2,
        failed: [{ name: 'run 2: a', message: 'no' }],
        skipped: ['b'],
        problem: 'run 3 took longer than its cap of 1 s',
      },
    ]);
    expect(repeated([GOOD, GOOD])).toEqual([{ ...GOOD, seconds: 2.5 }]);
    expect(repeated([bad])).toEqual([bad]);
    expect(repeated([])).toEqual([]);
  });
});
