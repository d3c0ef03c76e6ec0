import { describe, expect, it } from 'vitest';
import type { CacheSettings } from '../../../../src/litellm/cache-ping.ts';
import type { CacheType } from '../../../../src/model/cache.ts';
import {
  cacheReplaced,
  cacheTypeOf,
  NO_REPORT,
  namespaceOf,
  pingChanged,
  pingRecovered,
  type SelfReport,
  settingsChanged,
  withHealth,
  withoutPing,
  withPing,
  withVersion,
} from '../../../../src/watch/gateway/self-report.ts';
import { DOWN, SETTINGS, UP } from '../../../support/round.ts';

function report(health: CacheType | undefined, settings?: Partial<CacheSettings>, more: Partial<SelfReport> = {}): SelfReport {
  return {
    health: { failure: undefined, ready: true, version: undefined, cacheType: health },
    settings: settings && { ...SETTINGS, ...settings },
    ...more,
  };
}

const HEALTHY = { failure: undefined, ready: true, version: '1.110.0', cacheType: 'redis' } as const;
const FAILED = { failure: 'timeout', ready: false, version: undefined, cacheType: undefined } as const;

describe('the type of the cache', () => {
  it.each<[string, SelfReport, CacheType]>([
    ['is not known before anything was asked', NO_REPORT, 'unknown'],
    ['is that of the health', report('local', { cacheType: 'redis' }), 'local'],
    ['is that of the settings where the health does not tell', report(undefined, { cacheType: 'redis-semantic' }), 'redis-semantic'],
    ['is none where /cache/ping says that caching is off', report('redis', { off: true }), 'none'],
    [
      'is that of the health where /cache/ping said so before and was not asked again',
      report('redis', { off: true }, { pingNotAsked: 'budget' }),
      'redis',
    ],
    [
      'is none where it was not asked again and the health does not tell',
      report(undefined, { off: true }, { pingNotAsked: 'budget' }),
      'none',
    ],
    ['is none where it was not asked again and the health says so, too', report('none', { off: true }, { pingNotAsked: 'slow' }), 'none'],
  ])('%s', (_, known, type) => {
    expect(cacheTypeOf(known)).toBe(type);
  });
});

describe('the namespace', () => {
  it.each<[CacheSettings['namespace'], string | undefined, string | null | undefined]>([
    ['own', 'configured', 'own'],
    [null, 'configured', null],
    [undefined, 'configured', 'configured'],
    [undefined, undefined, undefined],
  ])('of a gateway that tells %s, configured as %s, is %s', (namespace, configured, expected) => {
    expect(namespaceOf(report('redis', { namespace }), configured)).toBe(expected);
  });
});

describe('health', () => {
  const known: SelfReport = { health: HEALTHY, version: '1.106.0', settings: SETTINGS, cachePing: 200 };

  it('keeps version and settings of a gateway that is up', () => {
    const { version: _, ...silent } = HEALTHY;
    expect(withHealth(known, HEALTHY, false)).toEqual({ ...known, version: '1.110.0' });
    expect(withHealth(known, { ...silent, version: undefined }, false).version).toBe('1.106.0');
  });

  it.each<[string, Partial<CacheSettings>, boolean, boolean]>([
    ['forgets the settings of one that is down', {}, false, false],
    ['keeps those that it will not be asked for again', {}, true, true],
    ['forgets also of these that there is no cache', { off: true }, true, false],
  ])('%s, and its version and the answer to /cache/ping in any case', (_, settings, forGood, kept) => {
    const down = withHealth({ ...known, settings: { ...SETTINGS, ...settings } }, FAILED, forGood);
    expect([down.version, down.cachePing, down.settings !== undefined]).toEqual([undefined, undefined, kept]);
  });
});

describe('an answer to /cache/ping', () => {
  it('replaces the settings where it shows any, also those of a gateway without a cache', () => {
    const known = report('redis', { namespace: 'before' }, { pingNotAsked: 'budget' });
    const settings = (next: Partial<CacheSettings>) => withPing(known, { status: 503, settings: { ...SETTINGS, ...next } }).settings;
    expect(settings({ namespace: 'now' })?.namespace).toBe('now');
    expect(settings({ off: true, cacheType: undefined })?.off).toBe(true);
    expect(settings({ cacheType: undefined })?.namespace).toBe('before');
    expect(withPing(known, { status: 503, settings: SETTINGS })).toMatchObject({ cachePing: 503, pingNotAsked: undefined });
  });

  it('does not count any more when it is not asked, for the reason before or another', () => {
    const known: SelfReport = { cachePing: 200, pingNotAsked: 'slow' };
    expect(withoutPing(known)).toEqual({ cachePing: undefined, pingNotAsked: 'slow' });
    expect(withoutPing(known, 'off')).toEqual({ cachePing: undefined, pingNotAsked: 'off' });
  });

  it.each<[number | undefined, number | undefined, boolean, boolean]>([
    [503, 200, true, true],
    [500, 200, true, true],
    [200, 503, true, false],
    [200, 200, false, false],
    [503, 503, false, false],
    [undefined, 200, false, false],
    [503, undefined, false, false],
    [undefined, undefined, false, false],
  ])('that was %s and is %s changed: %s, recovered: %s', (from, to, changed, recovered) => {
    const [before, after] = [{ cachePing: from }, { cachePing: to }];
    expect([pingChanged(before, after), pingRecovered(before, after)]).toEqual([changed, recovered]);
  });
});

describe('a gateway that took the place of another', () => {
  it.each<[CacheType | undefined, CacheType | undefined, boolean]>([
    ['redis', 'local', true],
    ['local', 'redis', true],
    ['redis', 'redis', false],
    [undefined, 'redis', false],
    ['redis', undefined, false],
    [undefined, undefined, false],
  ])('with a cache of type %s before and %s after has another: %s', (from, to, replaced) => {
    expect(cacheReplaced(report(from), report(to))).toBe(replaced);
  });

  it.each<[string, SelfReport, SelfReport, boolean]>([
    ['its namespace', report('redis', { namespace: 'a' }), report('redis', { namespace: 'b' }), true],
    ['that it has no namespace any more', report('redis', { namespace: 'a' }), report('redis', { namespace: null }), true],
    ['that caching is on demand', report('redis', { defaultOff: false }), report('redis', { defaultOff: true }), true],
    ['how many writes it batches only', report('redis', { flushSize: 1 }), report('redis', { flushSize: 100 }), false],
    ['its type', report('local'), report('redis'), true],
    ['its type to one that is not Redis', report('redis'), report('local'), false],
    ['its namespace for the first time', report('redis'), report('redis', { namespace: 'b' }), false],
    ['nothing any more', report('redis', { namespace: 'a' }), report('redis'), false],
    ['nothing, because it is down', UP, DOWN, false],
  ])('tells %s', (_, before, after, changed) => {
    expect(settingsChanged(before, after)).toBe(changed);
  });
});

describe('a version that an answer carried', () => {
  it('counts, and one without any changes nothing', () => {
    expect(withVersion(UP, '1.110.0').version).toBe('1.110.0');
    expect(withVersion(UP, undefined)).toBe(UP);
  });
});
