import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerRelease } from '../../dev/redis.ts';
import type { Query } from '../../src/redis/replies/query.ts';
import { createReplyStore, type QueryReplies } from '../../src/redis/replies/reply-store.ts';

/** Under which name a recording holds what a replica says of itself. */
export const REPLICA = 'INFO replication of a replica';

/** The folder of test/fixtures with the recording of a release. */
export function fixtureFolder(release: ServerRelease): string {
  return release.startsWith('valkey') ? release : `redis-${release}`;
}

/** What a real server of the release answered when the fixtures were recorded, by query. */
export function recordedReplies(release: ServerRelease): Record<string, unknown> {
  const file = join(import.meta.dirname, '..', 'fixtures', fixtureFolder(release), 'replies.json');
  const replies: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return Object.fromEntries(Object.entries(replies ?? {}));
}

/** The same, parsed by the queries; a query that the release does not have is not answered. */
export function recordedAnswers(release: ServerRelease, queries: readonly Query<unknown>[]): QueryReplies {
  const replies = recordedReplies(release);
  const sheet = createReplyStore();
  for (const query of queries) {
    const reply = replies[query.args.slice(0, 2).join(' ')];
    if (reply !== undefined) sheet.set(query, reply);
  }
  return sheet;
}
