import { REDIS } from '../catalogue/redis.ts';
import { sample } from '../catalogue/sample.ts';
import { INFO } from '../redis/replies/query.ts';
import { collector } from './collector.ts';

/** CPU time of a server's process. */
export const cpu = collector({
  name: 'cpu',
  metrics: ['redis.cpu.time'],
  queries: { info: INFO },
  read: ({ info }) =>
    REDIS['redis.cpu.time'].labels.state.flatMap((state) => {
      const seconds = info.count('cpu', `used_cpu_${state}`);
      return seconds === undefined ? [] : [sample('redis.cpu.time', { state }, seconds)];
    }),
});
