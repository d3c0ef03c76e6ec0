import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';

const gzipAsync = promisify(gzip);

/** Shorter bodies fit in one packet anyway. */
const MIN_GZIP_BYTES = 1024;

/**
 * Up to here compressing takes less time (0.1 ms) than handing it to a thread and back (0.2 ms); longer
 * bodies would hold up the timing of probes.
 */
export const MAX_SYNC_GZIP_BYTES = 65_536;

/** Whether an `Accept-Encoding` header takes gzip (RFC 9110, section 12.5.3); false when there is none. */
export function acceptsGzip(header: string | undefined): boolean {
  let any = false;
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim());
    const refused = parameters.some((parameter) => /^q\s*=\s*0(\.0{0,3})?$/.test(parameter));
    if (coding === 'gzip' || coding === 'x-gzip') {
      return !refused;
    }
    if (coding === '*') {
      any = !refused;
    }
  }
  return any;
}

/** A body as it goes on the wire: compressed at level 1 where that is accepted and worth it. */
export async function encode(
  body: string | Buffer,
  acceptEncoding: string | undefined,
): Promise<{ bytes: Buffer; headers: Record<string, string> }> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (bytes.length <= MIN_GZIP_BYTES) {
    return { bytes, headers: {} };
  }
  if (!acceptsGzip(acceptEncoding)) {
    return { bytes, headers: { Vary: 'Accept, Accept-Encoding' } };
  }
  const compressed = bytes.length <= MAX_SYNC_GZIP_BYTES ? gzipSync(bytes, { level: 1 }) : await gzipAsync(bytes, { level: 1 });
  return { bytes: compressed, headers: { Vary: 'Accept, Accept-Encoding', 'Content-Encoding': 'gzip' } };
}
