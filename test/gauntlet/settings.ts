import type { Mapping } from '../../dev/merge.ts';
import type { Front } from './front.ts';
import type { Server } from './server.ts';

/** The time between two rounds of pairs, and the limit of one request, in milliseconds. */
export const INTERVAL = 4_000;
export const TIMEOUT = 3_500;

/**
 * The intervals within which a fault has to be seen that makes every request hang: a round in which two of them
 * reach their limit is longer than an interval here, unlike one of the default settings.
 */
export const HANGING = 3;

/** What a round may ask besides its pairs, as long as with the default settings: 1 % of a minute. */
const OVERHEAD = '15%';

/** What the exporter of a stack watches, laid over its usual settings. */
export interface Settings {
  target?: Mapping;
  gateway?: Mapping;
}

/** The settings of an exporter that watches a server and what is behind a front. */
export function usualSettings(server: Pick<Server, 'port'>, front: Pick<Front, 'port'>): Required<Settings> {
  return {
    target: {
      name: 'cache',
      url: `redis://127.0.0.1:${server.port}`,
      username: 'exporter',
      password_file: 'exporter-password',
      interval: '1s',
      timeout: '800ms',
    },
    gateway: {
      name: 'litellm',
      url: `http://127.0.0.1:${front.port}`,
      api_key_file: 'key',
      redis: 'cache',
      model: 'cache-probe',
      price_per_pair_usd: 0,
      interval: `${INTERVAL}ms`,
      timeout: `${TIMEOUT}ms`,
      overhead: OVERHEAD,
    },
  };
}

/** The configuration of the exporter. */
export function configOf({ target, gateway }: Required<Settings>): Mapping {
  return { redis: [target], gateways: [gateway] };
}
