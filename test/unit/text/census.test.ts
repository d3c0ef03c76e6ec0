import { describe, expect, it } from 'vitest';
import { statusText } from '../../../src/cli/report.ts';
import { statusPage } from '../../../src/http/page/status-page.ts';
import type { Census } from '../../../src/model/census.ts';
import type { TargetStatus } from '../../../src/model/status.ts';
import { censusLine } from '../../../src/text/census.ts';
import { EMPTY } from '../../support/http.ts';

const CENSUS: Census = {
  at: 0,
  database: 2,
  keys: 12_345,
  sampled: 1_000,
  coverage: 1_000 / 12_345,
  classes: [
    { class: 'rate_limit', keys: 45, bytes: 1_024, withoutTtl: 0 },
    { class: 'response_or_key_hash', keys: 12_300, bytes: 15 * 1_048_576, withoutTtl: 12 },
    { class: 'spend', keys: 0, bytes: 0, withoutTtl: 0 },
  ],
  medianTtlSeconds: 7_300,
};

function target(rest: Partial<TargetStatus>): TargetStatus {
  return {
    name: 'cache',
    address: 'redis://cache:6379/2',
    up: true,
    credentials: [],
    rejectionsOfOthers: { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 },
    ...rest,
  };
}

async function pageOf(rest: Partial<TargetStatus>): Promise<string> {
  return (await statusPage({ ...EMPTY, targets: [target(rest)] }, undefined)).body;
}

function reportOf(rest: Partial<TargetStatus>): string {
  return statusText({ ...EMPTY, targets: [target(rest)] }, { color: false });
}

describe('a census', () => {
  it('is a table on the page, the largest class first', async () => {
    const page = await pageOf({ census: CENSUS });
    expect(page).toContain(
      '<p class="quiet">Keys by class, from 1,000 of 12,345 keys of database 2 (8.1 %), 60 s ago. Of the cached answers that expire, half do within 2 h.</p>',
    );
    expect(page.replaceAll(/\s*<[^>]+>\s*/g, '|')).toContain('|cached answers or hashed API keys||12,300||15.0 MiB||12||');
    expect(page.indexOf('cached answers or')).toBeLessThan(page.indexOf('rate limits'));
    expect(page).not.toContain('spending');
  });

  it('is a line in the report', () => {
    expect(censusLine(CENSUS, 3_000)).toBe(
      'census from 1,000 of 12,345 keys of database 2 (8.1 %), 3 s ago: 12,300 response_or_key_hash (15.0 MiB, 12 without TTL), 45 rate_limit (1.0 KiB)',
    );
    expect(reportOf({ census: CENSUS })).toContain('  census from 1,000 of 12,345 keys of database 2 (8.1 %), 60 s ago: 12,300');
  });

  it('may find no keys', async () => {
    const census = { ...CENSUS, keys: 0, sampled: 0, coverage: 1, classes: [], medianTtlSeconds: undefined };
    expect(censusLine(census, 0)).toBe('census from 0 of 0 keys of database 2 (all), just now: no keys');
    expect(await pageOf({ census })).not.toContain('keys for');
  });

  it('that cannot be taken says why', async () => {
    const censusDetail = 'RANDOMKEY: the user may not do this';
    expect(await pageOf({ censusDetail })).toContain('<p class="evidence">No census: RANDOMKEY: the user may not do this</p>');
    expect(reportOf({ censusDetail })).toContain('  no census: RANDOMKEY: the user may not do this\n');
  });

  it('that is not configured is not mentioned', async () => {
    expect(await pageOf({})).not.toMatch(/census|class, from/i);
    expect(reportOf({})).not.toContain('census');
  });
});
