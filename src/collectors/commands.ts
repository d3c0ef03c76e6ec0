import { sample } from '../catalogue/sample.ts';
import { COMMAND } from '../model/redis.ts';
import { parseCommandStats } from '../redis/replies/commandstats.ts';
import { INFO } from '../redis/replies/query.ts';
import { collector } from './collector.ts';

/** What came of commands, by command. */
export const commands = collector({
  name: 'commands',
  metrics: ['redis.cmd.calls', 'redis.cmd.time', 'redis.cmd.rejected', 'redis.cmd.failed'],
  queries: { info: INFO },
  read: ({ info }) => {
    const commandStats = parseCommandStats(info);
    if (commandStats === undefined) return [];
    return COMMAND.flatMap((cmd) => {
      const { calls, seconds, rejected, failed } = commandStats[cmd];
      return [
        ...(calls === undefined ? [] : [sample('redis.cmd.calls', { cmd }, calls)]),
        ...(seconds === undefined ? [] : [sample('redis.cmd.time', { cmd }, seconds)]),
        ...(rejected === undefined ? [] : [sample('redis.cmd.rejected', { cmd }, rejected)]),
        ...(failed === undefined ? [] : [sample('redis.cmd.failed', { cmd }, failed)]),
      ];
    });
  },
});
