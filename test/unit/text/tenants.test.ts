import { describe, expect, it } from 'vitest';
import type { TenantStatus, TenantsStatus } from '../../../src/model/status.ts';
import { tenantsSentence, tenantText } from '../../../src/text/tenants.ts';

function pair(result: TenantStatus['result'], more: Partial<TenantStatus> = {}): TenantStatus {
  return { from: 'a', to: 'b', result, routes: ['chat', 'completions'], at: 0, traceId: 't', ...more };
}

function status(results: readonly TenantStatus['result'][], more: Partial<TenantsStatus> = {}): TenantsStatus {
  return { pairs: results.map((result) => pair(result)), all: 6, ...more };
}

describe('tenants in words', () => {
  it.each([
    ['shared', 'isolated', 'bad'],
    ['shared', 'shared', 'good'],
    ['shared', undefined, 'good'],
    ['separate', 'isolated', 'good'],
    ['separate', 'shared', 'warn'],
    ['separate', undefined, 'good'],
    ['unknown', 'isolated', 'none'],
  ] as const)('%s while %s is expected is %s', (result, expected, tone) => {
    expect(tenantText(pair(result), expected).tone).toBe(tone);
  });

  it('say on which routes, and why nothing is known', () => {
    expect(tenantText(pair('shared'), undefined).title).toBe('got the answer from the cache (chat, completions)');
    expect(tenantText(pair('separate'), undefined).title).toBe('got an answer of its own (chat, completions)');
    expect(tenantText(pair('unknown', { detail: 'The gateway refuses the key of b (HTTP 401).' }), undefined).title).toBe(
      'The gateway refuses the key of b (HTTP 401).',
    );
    expect(tenantText(pair('unknown'), undefined).title).toBe('not known');
  });

  it('count what was tried and compare it with what is expected', () => {
    expect(tenantsSentence(status([]))).toMatch(/^Of 6 ordered pairs of tenants none has had its turn; one is tried in every tenth round/);
    expect(tenantsSentence(status(['shared', 'separate', 'unknown'], { expected: 'isolated' }))).toBe(
      'Of 6 ordered pairs of tenants 2 were tried, and 1 of these shares answers. expect.sharing is isolated: they must not.',
    );
    expect(tenantsSentence(status(['shared', 'separate'], { expected: 'shared' }))).toBe(
      'Of 6 ordered pairs of tenants 2 were tried, and 1 of these shares answers. expect.sharing is shared: those that do not pay again for what others have asked.',
    );
    for (const [result, expected] of [
      ['separate', 'isolated'],
      ['shared', 'shared'],
    ] as const)
      expect(tenantsSentence(status([result], { expected }))).toMatch(/ That is what expect\.sharing says\.$/);
    for (const expected of ['isolated', 'shared', undefined] as const)
      expect(tenantsSentence(status(['unknown'], { expected }))).toMatch(/share answers\.$/);
    expect(tenantsSentence(status([], { notAsked: 'budget' }))).toMatch(
      /The pair whose turn it is was not asked this time: gateways\[\]\.overhead is used up\.$/,
    );
  });
});
