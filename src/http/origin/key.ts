import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { OriginKeys } from '../../origin/stamp.ts';

/**
 * The one of the keys that a request brings, as `Authorization: Bearer` or `x-api-key`; undefined when it brings none of them. Every
 * key is compared, and in constant time, so that the time of an answer tells nothing of a key. Spaces around a key do not count: no
 * header carries them.
 */
export function keyOfRequest({ authorization, 'x-api-key': plain }: IncomingHttpHeaders, keys: OriginKeys): string | undefined {
  const bearer = /^Bearer /i.test(authorization ?? '') ? authorization?.slice('Bearer '.length).trim() : undefined;
  const given = [bearer, typeof plain === 'string' ? plain.trim() : undefined].filter((key) => key !== undefined).map(digest);
  const [found] = keys.filter((key) => given.map((one) => timingSafeEqual(one, digest(key.trim()))).includes(true));
  return found;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
