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
export function usualSettings(
  server: Pick<Server, 'target'>,
  front: Pick<Front, 'port'>,
  { origin }: Ways = USUAL_WAYS,
): Required<Settings> {
  return {
    target: {
      name: 'cache',
      ...server.target,
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
      // The oldest release answers batches wrongly, which is no fault of a run.
      ...(origin && { origin: true, fidelity: { accept: ['embeddings_batch'] } }),
    },
  };
}

/** What takes the place of the mock model, and what is between the exporter and the gateway. */
export interface Ways {
  /** The model that is probed leads to the origin of the exporter. */
  origin: boolean;
  /** A proxy takes all headers out of answers that tell of the cache. */
  stripHeaders: boolean;
}

export const USUAL_WAYS: Ways = { origin: false, stripHeaders: false };

/** The origin of the exporter, on this port. */
export function originSettings(port: number): Mapping {
  return { listen: [`127.0.0.1:${port}`], api_key_file: 'origin-key' };
}

/** The configuration of the exporter. */
export function configOf({ target, gateway }: Required<Settings>, origin?: Mapping): Mapping {
  return { redis: [target], gateways: [gateway], ...(origin && { origin }) };
}
