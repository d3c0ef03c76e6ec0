import { lookup } from 'node:dns/promises';

/** The IP addresses of the host of a URL, as the machine resolves it; none when it does not. */
export async function addressesOf(url: string): Promise<string[]> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}
