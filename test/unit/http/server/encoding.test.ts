import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptsGzip, encode } from '../../../../src/http/server/encoding.ts';

describe('acceptsGzip', () => {
  it.each(['gzip', 'GZIP', 'deflate, gzip', 'gzip;q=0.1', 'gzip ; q=1.000', '*', 'br, *;q=0.5', 'x-gzip', 'gzip;q=0.001'])(
    'takes %s',
    (header) => {
      expect(acceptsGzip(header)).toBe(true);
    },
  );

  it.each([undefined, '', 'identity', 'gzip;q=0', 'gzip; Q=0.000', 'gzip;q=0, *', '*;q=0', 'br', 'gzipped'])(
    'does not take %s',
    (header) => {
      expect(acceptsGzip(header)).toBe(false);
    },
  );
});

describe('encode', () => {
  it('leaves 1,024 bytes as they are and compresses 1,025', async () => {
    expect(await encode('x'.repeat(1_024), 'gzip')).toEqual({ bytes: Buffer.from('x'.repeat(1_024)), headers: {} });
    expect((await encode('x'.repeat(1_025), 'gzip')).headers['Content-Encoding']).toBe('gzip');
  });

  it('compresses long bodies too', async () => {
    const body = 'redis_up 1\n'.repeat(10_000);
    expect(gunzipSync((await encode(body, 'gzip')).bytes).toString()).toBe(body);
  });

  it('loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1_025 }), async (body) => {
        expect(gunzipSync((await encode(body, 'gzip')).bytes).toString()).toBe(body);
      }),
      { numRuns: 30 },
    );
  });
});
