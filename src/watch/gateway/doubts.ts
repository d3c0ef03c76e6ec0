import type { Log } from '../../model/tick.ts';
import { contentSentences } from '../../verdict/pair-words.ts';
import { currentResult, type RouteRecord } from './route.ts';

/** What is wrong with the content of the answers of a gateway that leads to the origin, a sentence each; none where it proves all. */
export function doubtsOf(routes: readonly RouteRecord[]): readonly string[] {
  return contentSentences(routes.flatMap((record) => currentResult(record) ?? []));
}

/** Logs what is wrong with the content of answers when that begins, changes or ends, and not with every round. */
export function createDoubts(log: Log, gateway: string): { note(routes: readonly RouteRecord[]): void } {
  let before: readonly string[] = [];
  return {
    note(routes) {
      const now = doubtsOf(routes);
      const fresh = now.filter((sentence) => !before.includes(sentence));
      for (const problem of fresh) log.warn({ gateway, problem }, 'The answers of a gateway are not those of the origin');
      if (now.length === 0 && before.length > 0) log.info({ gateway }, 'The answers of a gateway are those of the origin again');
      before = now;
    },
  };
}
