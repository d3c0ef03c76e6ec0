import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCachePing } from '../../../src/litellm/cache-ping.ts';
import { CALL_TYPE } from '../../../src/model/cache.ts';
import { recorded } from '../../support/litellm-answer.ts';

const OLD_CALLS = ['acompletion', 'atext_completion', 'aembedding', 'atranscription', 'arerank'];
const NEW_CALLS = CALL_TYPE;
const REDIS = { off: false, cacheType: 'redis', namespace: 'litellm', flushSize: undefined, defaultOff: false };
const LOCAL = { off: false, cacheType: 'local', namespace: null, flushSize: undefined, defaultOff: false };
const NOTHING = {
  off: false,
  cacheType: undefined,
  namespace: undefined,

  flushSize: undefined,
  defaultOff: undefined,
  callTypes: undefined,
};

describe('the settings in /cache/ping', () => {
  it('are read from a healthy answer and from one with Redis down, of both releases', () => {
    for (const name of ['cache-ping', 'cache-ping-redis-down']) {
      expect(readCachePing(recorded('1.80.9', name).body), name).toEqual({ ...REDIS, callTypes: OLD_CALLS });
      expect(readCachePing(recorded('1.106.0', name).body), name).toEqual({ ...REDIS, callTypes: NEW_CALLS });
    }
  });

  it('tell a local cache, and none at all', () => {
    expect(readCachePing(recorded('1.80.9', 'cache-ping-local').body)).toEqual({ ...LOCAL, callTypes: OLD_CALLS });
    expect(readCachePing(recorded('1.106.0', 'cache-ping-local').body)).toEqual({ ...LOCAL, callTypes: NEW_CALLS });
    for (const release of ['1.80.9', '1.106.0'] as const) {
      expect(readCachePing(recorded(release, 'cache-ping-off').body), release).toEqual({ ...NOTHING, off: true });
    }
  });

  it('hold neither the password nor the address', () => {
    for (const release of ['1.80.9', '1.106.0'] as const) {
      const { body } = recorded(release, 'cache-ping');
      expect(body).toContain('pass******word');
      expect(JSON.stringify(readCachePing(body))).not.toMatch(/pass|127\.0\.0\.1/);
    }
  });

  it('read batching, on-demand mode and no namespace', () => {
    const params = { type: 'redis', namespace: 'None', redis_flush_size: '3', mode: 'default_off', supported_call_types: [] };
    expect(readCachePing(JSON.stringify({ litellm_cache_params: JSON.stringify(params) }))).toEqual({
      off: false,
      cacheType: 'redis',
      namespace: null,
      flushSize: 3,
      defaultOff: true,
      callTypes: [],
    });
  });

  it('leave out a namespace with characters that do not belong into one, and name an unknown type other', () => {
    const params = JSON.stringify({ type: 'redis-of-tomorrow', namespace: 'a\nb' });
    expect(readCachePing(JSON.stringify({ litellm_cache_params: params }))).toEqual({ ...NOTHING, cacheType: 'other' });
  });

  it('are unknown for whatever else answers, without an error', () => {
    expect(readCachePing('')).toEqual(NOTHING);
    expect(readCachePing(recorded('1.80.9', 'wrong-key').body)).toEqual(NOTHING);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((text) => JSON.stringify({ litellm_cache_params: text })),
        ),
        (body) => {
          const settings = readCachePing(body);
          if (typeof settings.namespace === 'string') expect(settings.namespace).toMatch(/^[0-9A-Za-z_.:{}/-]{1,128}$/);
        },
      ),
    );
  });
});
