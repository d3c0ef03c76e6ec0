import { parseRedisUrl, type WrittenAddress } from '../../src/source/redis-url.ts';

/** The address in a URL that a test is sure of. */
export function addressOf(url: string): WrittenAddress {
  const read = parseRedisUrl(url);
  if (read === undefined || 'fault' in read) throw new Error(`no address of Redis: ${url}`);
  return read.address;
}
