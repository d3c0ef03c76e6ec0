import type { Fault, Impossible } from './fault.ts';
import { ANSWERS } from './faults/answers.ts';
import { GATEWAY_SETTINGS } from './faults/gateway-settings.ts';
import { GATEWAY_TROUBLE } from './faults/gateway-trouble.ts';
import { REDIS_ACCESS } from './faults/redis-access.ts';
import { REDIS_AWAY } from './faults/redis-away.ts';
import { onCluster, REDIS_CLUSTER } from './faults/redis-cluster.ts';
import { REDIS_ELSEWHERE } from './faults/redis-elsewhere.ts';
import { REDIS_STATE } from './faults/redis-state.ts';
import type { ServerName } from './server.ts';

/** Every fault of the gauntlet, in the order in which they run. */
export const FAULTS: readonly Fault[] = [
  ...REDIS_AWAY,
  ...REDIS_ACCESS,
  ...REDIS_STATE,
  ...REDIS_ELSEWHERE,
  ...GATEWAY_SETTINGS,
  ...GATEWAY_TROUBLE,
];

/** The faults that run on a server: all of them on Redis, on another one those that depend on the server. */
export const FAULTS_ON: Readonly<Record<ServerName, readonly Fault[]>> = {
  redis: FAULTS,
  valkey: [...REDIS_AWAY, ...REDIS_ACCESS, ...REDIS_STATE],
  cluster: [...[...REDIS_AWAY, ...REDIS_ACCESS, ...REDIS_STATE].flatMap((fault) => onCluster(fault) ?? []), ...REDIS_CLUSTER],
};

/** The faults that run besides where the origin is behind the gateways. */
export const WITH_ORIGIN: readonly Fault[] = ANSWERS;

/** What belongs to the gauntlet and cannot be brought about by the local stack. */
export const IMPOSSIBLE: readonly Impossible[] = [
  {
    name: 'semantic cache in Redis',
    cannot:
      'LiteLLM keeps it through the package redisvl in the Search module of Redis; neither is in the stack, because the wheels that bring Redis without root bring the plain server. The semantic cache of the table keeps its vectors in a stand-in for Qdrant, and the rest of it is LiteLLM’s own.',
  },
];
