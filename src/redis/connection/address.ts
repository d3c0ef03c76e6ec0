import type { ServerConfig } from '../../config/effective.ts';

/** Where a target is, for people; never a secret. */
export function describeAddress({ address, sentinel }: ServerConfig): string {
  return address?.url ?? `${sentinel?.master ?? ''} at ${sentinel?.nodes.join(', ') ?? ''}`;
}
