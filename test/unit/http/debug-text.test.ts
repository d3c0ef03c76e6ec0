import { describe, expect, it } from 'vitest';
import { debugText } from '../../../src/http/debug-text.ts';
import { EMPTY } from '../../support/http.ts';

describe('debugText', () => {
  const status = {
    ...EMPTY,
    gateways: [
      {
        name: 'litellm',
        url: 'http://x',
        verdict: 'working',
        cause: 'none',
        evidence: 'two\nlines\u001b[31m',
        since: 0,
        pairs: [{ route: 'chat', model: 'm', outcome: 'ok', at: 1_000, firstSeconds: 0.5, evidence: 'e', traceId: 't' }],
        costUsd: 0,
        lastRunAt: 2_000,
      },
    ],
  } satisfies typeof EMPTY;

  it('gives every fact a line of its own', () => {
    expect(debugText(status, 'litellm')?.split('\n')).toEqual([
      'name: litellm',
      'url: http://x',
      'verdict: working',
      'cause: none',
      'evidence: two lines [31m',
      'since: 1970-01-01T00:00:00.000Z',
      'pairs.0.route: chat',
      'pairs.0.model: m',
      'pairs.0.outcome: ok',
      'pairs.0.at: 1970-01-01T00:00:01.000Z',
      'pairs.0.firstSeconds: 0.5',
      'pairs.0.evidence: e',
      'pairs.0.traceId: t',
      'costUsd: 0',
      'lastRunAt: 1970-01-01T00:00:02.000Z',
    ]);
  });

  it('knows no other name', () => {
    expect(debugText(status, 'other')).toBeUndefined();
  });
});
