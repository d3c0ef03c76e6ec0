import { REDIS } from '../catalogue/redis.ts';
import { sample } from '../catalogue/sample.ts';
import type { Query } from '../redis/replies/query.ts';
import { collector } from './collector.ts';

const SLOWLOG_LENGTH: Query<number | undefined> = {
  args: ['SLOWLOG', 'LEN'],
  since: { redis: [6, 2, 0], valkey: [7, 2, 0] },
  parse: parseLength,
};

/** Valkey logs commands by size as well; Redis has no such log (Valkey 8.1, COMMANDLOG). */
const LARGE_REQUESTS = commandLog('large-request');
const LARGE_REPLIES = commandLog('large-reply');

/** How many slow commands the server remembers. */
export const slowlog = collector({
  name: 'slowlog',
  metrics: ['redis.slowlog.length'],
  queries: { length: SLOWLOG_LENGTH },
  read: ({ length }) => (length === undefined ? [] : [sample('redis.slowlog.length', {}, length)]),
});

/** How many large requests and large replies a Valkey remembers: prompts and answers of many kilobytes. */
export const commandLogs = collector({
  name: 'command log',
  metrics: ['redis.commandlog.length'],
  queries: { large_request: LARGE_REQUESTS, large_reply: LARGE_REPLIES },
  read: (lengths) =>
    REDIS['redis.commandlog.length'].labels.log.flatMap((log) => {
      const length = lengths[log];
      return length === undefined ? [] : [sample('redis.commandlog.length', { log }, length)];
    }),
});

function commandLog(log: 'large-request' | 'large-reply'): Query<number | undefined> {
  return { args: ['COMMANDLOG', 'LEN', log], since: { valkey: [8, 1, 0] }, parse: parseLength };
}

function parseLength(reply: unknown): number | undefined {
  return typeof reply === 'number' && reply >= 0 ? reply : undefined;
}
