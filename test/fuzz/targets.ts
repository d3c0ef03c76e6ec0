import type { Target } from './target.ts';
import { CONFIG_TARGETS } from './targets-config.ts';
import { CONTENT_TARGETS } from './targets-content.ts';
import { GATEWAY_TARGETS } from './targets-gateway.ts';
import { HTTP_TARGETS } from './targets-http.ts';
import { ORIGIN_TARGETS } from './targets-origin.ts';
import { REDIS_TARGETS } from './targets-redis.ts';

/** Everything that reads what others write. */
export const TARGETS: readonly Target[] = [
  ...REDIS_TARGETS,
  ...GATEWAY_TARGETS,
  ...CONTENT_TARGETS,
  ...HTTP_TARGETS,
  ...ORIGIN_TARGETS,
  ...CONFIG_TARGETS,
];
