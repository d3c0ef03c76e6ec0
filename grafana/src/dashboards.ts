import { CACHE_AUTH } from './cache-auth.ts';
import { CACHE_EXPORTER } from './cache-exporter.ts';
import { CACHE_FLEET } from './cache-fleet.ts';
import { CACHE_REDIS } from './cache-redis.ts';
import { CACHE_TRUTH } from './cache-truth.ts';
import { CACHE_WORTH } from './cache-worth.ts';

/** Every dashboard of the project. */
export const DASHBOARDS = [CACHE_TRUTH, CACHE_REDIS, CACHE_AUTH, CACHE_EXPORTER, CACHE_FLEET, CACHE_WORTH] as const;
