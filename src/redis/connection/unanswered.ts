import type { RedisError } from './failure.ts';

/** Why a command is not answered: the user has no right to it, the server (or a proxy in front of it) does not offer it, or its answer is none. */
const WHY_UNANSWERED = ['no right', 'not offered', 'no answer'] as const;
export type WhyUnanswered = (typeof WHY_UNANSWERED)[number];

/** What a server does not answer, by the names of commands as people know them: `ACL LOG`, `EXISTS`, `INFO latencystats`. */
export interface Unanswered {
  readonly all: ReadonlyMap<string, WhyUnanswered>;
  /** Takes in how a command was answered, at a monotonic time in milliseconds. */
  note(args: readonly unknown[], answer: { ok: true; value: unknown } | { ok: false; error: RedisError }, now: number): void;
  /**
   * The refusal of a command that each round of a gateway would send again on a connection of its own; undefined where it may
   * be sent, and every ten minutes.
   */
  refusal(args: readonly unknown[], now: number): RedisError | undefined;
}

/** What is asked to hear of written keys. */
const OF_PUSHES: readonly (string | undefined)[] = ['CLIENT ID', 'CLIENT TRACKING', 'SUBSCRIBE'];
const AGAIN_MS = 600_000;

/** Commands whose second word says what is asked. */
const CONTAINERS: readonly unknown[] = ['ACL', 'CLIENT', 'CLUSTER', 'COMMANDLOG', 'LATENCY', 'MEMORY', 'SLOWLOG'];
/** Asked for other credentials than the exporter's as well, or in order to be refused. */
const NOT_NOTED: readonly unknown[] = ['AUTH', 'HELLO', 'PING', 'QUIT'];

/** What each command is answered with by every Redis and Valkey (Redis documentation, commands). Others are not judged. */
const ANSWER: Readonly<Record<string, (value: unknown) => boolean>> = {
  'ACL LOG': Array.isArray,
  'CLIENT ID': isNumber,
  'CLIENT LIST': isFilled,
  'CLUSTER INFO': isFilled,
  'COMMANDLOG LEN': isNumber,
  DBSIZE: isNumber,
  EXISTS: isNumber,
  INFO: isFilled,
  'INFO latencystats': isFilled,
  'LATENCY HISTOGRAM': Array.isArray,
  'LATENCY LATEST': Array.isArray,
  PTTL: isNumber,
  'SLOWLOG LEN': isNumber,
};

/** All is answered until something is not. */
export function createUnanswered(): Unanswered {
  const all = new Map<string, WhyUnanswered>();
  const refused = new Map<string, { error: RedisError; at: number }>();
  return {
    all,
    refusal(args, now) {
      const name = commandName(args);
      const known = name === undefined || !OF_PUSHES.includes(name) ? undefined : refused.get(name);
      return known !== undefined && now - known.at < AGAIN_MS ? known.error : undefined;
    },
    note(args, answer, now) {
      const name = commandName(args);
      if (name === undefined) return;
      refused.delete(name);
      if (answer.ok && isAnswer(args, answer.value)) all.delete(name);
      else if (answer.ok) all.set(name, 'no answer');
      else if (isForGood(answer.error)) {
        all.set(name, answer.error.failure === 'noperm' ? 'no right' : 'not offered');
        refused.set(name, { error: answer.error, at: now });
      }
    },
  };
}

/** Whether a value is what a command is answered with. */
export function isAnswer(args: readonly unknown[], value: unknown): boolean {
  const name = commandName(args);
  return name === undefined || (ANSWER[name]?.(value) ?? true);
}

/**
 * Whether a refusal tells of the command and not of the state of the server, so that it is not asked again: a missing
 * right, an unknown command, or words of a proxy. LOADING, BUSY, MISCONF and their kin end by themselves.
 */
export function isForGood({ failure, prefix }: RedisError): boolean {
  return prefix === 'NOPERM' || (failure === 'unknown' && (prefix === 'ERR' || prefix === 'other'));
}

/** A name of a few words, without keys and other arguments. */
function commandName([command, second, ...more]: readonly unknown[]): string | undefined {
  if (typeof command !== 'string' || NOT_NOTED.includes(command)) return undefined;
  if (command === 'INFO') return second === 'latencystats' && more.length === 0 ? 'INFO latencystats' : 'INFO';
  return CONTAINERS.includes(command) && typeof second === 'string' ? `${command} ${second}` : command;
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}

function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}
