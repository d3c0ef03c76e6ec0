import type { Query } from './query.ts';

/** What a server answered, parsed, by query. */
export interface QueryReplies {
  /** Undefined for a query that was not answered. */
  get<T>(query: Query<T>): T | undefined;
}

/** Answers that are filled in as replies come. */
export interface ReplyStore extends QueryReplies {
  set<T>(query: Query<T>, reply: unknown): void;
  delete(query: Query<unknown>): void;
  clear(): void;
}

/** A store without replies. */
export function createReplyStore(): ReplyStore {
  const values = new Map<Query<unknown>, unknown>();
  return {
    // What is kept under a query is what its own `parse` gave.
    get: <T>(query: Query<T>) => values.get(query) as T | undefined,
    set: (query, reply) => values.set(query, query.parse(reply)),
    delete: (query) => values.delete(query),
    clear: () => values.clear(),
  };
}
