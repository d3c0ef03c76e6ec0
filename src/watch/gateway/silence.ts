import { hasBehaviour } from '../../litellm/releases.ts';
import { refusedMore } from '../../verdict/causes/counters.ts';
import { isUnused, routeStateOf } from '../../verdict/route-state.ts';
import type { Silence as ProvenSilence, RouteResult } from '../../verdict/signals.ts';
import { type BackendMemory, signalsOf } from './backend/memory.ts';
import { cacheTypeOf, isUp, type SelfReport } from './self-report.ts';

/** What is known of a gateway that leaves its Redis alone in an outage. Times are Unix milliseconds. */
export interface Silence {
  /** A key of its pairs was found in the target since the gateway was down last: the target is its Redis. */
  readonly isOwnRedis: boolean;
  /**
   * In this outage something kept it from Redis: Redis was away or refused it, or the gateway could not reach it. Of a
   * release whose breaker stays open: at any time since it was down last.
   */
  readonly wasKeptAway: boolean;
  /** In this outage a pair hit in the memory of the gateway: it caches what the pairs ask. */
  readonly hitsMemory: boolean;
  /** Rounds one after the other in which Redis was usable and let the gateway in, and nothing came. */
  readonly rounds: number;
  /** The end of the first and of the last of these rounds; undefined while there are none. */
  readonly since: number | undefined;
  readonly until: number | undefined;
  /** Nothing in the last round speaks against it. */
  readonly goesOn: boolean;
  /** The target counted a PING each time that `/cache/ping` was asked, and none between: the target is its Redis. */
  readonly isReceived: boolean;
  /** How often that was tried in this outage. */
  readonly tries: number;
}

/** What a round leaves that a silence is told by. `results` are those of all routes. */
export interface RoundEvidence {
  report: SelfReport;
  backend: BackendMemory | undefined;
  results: readonly RouteResult[];
  /** Pairs were sent. */
  sent: boolean;
  /** The pairs of the round before were all good. */
  wasGood: boolean;
  at: number;
}

/** Fewer rounds are chance, or the end of an outage. */
const ROUNDS = 3;
/** So often `/cache/ping` is asked several times to see whether Redis counts a PING. */
const TRIES = 3;
const LOGINS = ['NOAUTH', 'WRONGPASS', 'logins'] as const;

/** Nothing is known. */
export const NO_SILENCE: Silence = {
  isOwnRedis: false,
  wasKeptAway: false,
  hitsMemory: false,
  rounds: 0,
  since: undefined,
  until: undefined,
  goesOn: false,
  isReceived: false,
  tries: 0,
};

/** What is known after a round. A gateway that was down may come back with another Redis. */
export function silenceAfter(before: Silence, { report, backend, results, sent, wasGood, at }: RoundEvidence): Silence {
  if (!isUp(report)) return NO_SILENCE;
  if (backend === undefined) return before;
  const away = keptAwayBy(report, backend, wasGood);
  const known = {
    ...before,
    isOwnRedis: before.isOwnRedis || (sent && results.some(({ key }) => key === 'present')),
    wasKeptAway: before.wasKeptAway || away.isKept,
  };
  if (!sent) return away.isKept ? broken(known) : known;
  const isUsed = results.some((result) => result.key === 'present' || routeStateOf(result) === 'proven');
  // A breaker that stays open closes by chance and opens again: what kept the gateway away lasts until its restart then.
  if (isUsed) return { ...NO_SILENCE, isOwnRedis: known.isOwnRedis, wasKeptAway: known.wasKeptAway && staysOpen(report) };
  const outage = { ...known, hitsMemory: known.hitsMemory || results.some((result) => routeStateOf(result) === 'unwatched') };
  if (away.isKept || !results.every(isUnused)) return broken(outage);
  if (away.isOpen) return { ...outage, goesOn: false };
  // A plain pair has no key that could be looked for.
  if (!results.some(({ key }) => key === 'absent')) return outage;
  return { ...outage, rounds: outage.rounds + 1, since: outage.since ?? at, until: at, goesOn: true };
}

function staysOpen({ version }: SelfReport): boolean {
  return hasBehaviour(version, 'breaker_stays_open') === true;
}

function broken(silence: Silence): Silence {
  return { ...silence, rounds: 0, since: undefined, until: undefined, goesOn: false };
}

/** Whether something keeps the gateway from its Redis now (`isKept`), and whether it is open if Redis would let it in (`isOpen`). */
function keptAwayBy(report: SelfReport, backend: BackendMemory, wasGood: boolean): { isKept: boolean; isOpen: boolean } {
  const { redisFailure, redisStalled, refusedCredential, acceptedCredential, refusals, increases, server } = signalsOf(backend, false);
  const { cachePing } = report;
  const more = refusedMore({ increases });
  const answers = pingReaches(report);
  const isRefused = refusedCredential !== undefined || refusals.length > 0 || (cachePing !== undefined && cachePing !== 200);
  // What Redis answers to the gateway's own PING it lets in: refused logins are those of others then.
  const isKept =
    redisFailure !== undefined || redisStalled || isRefused || (more.logins && !answers) || (wasGood && refusedLogins(backend));
  const isOpen = server === undefined || !backend.report.watching || more.others || !(answers || acceptedCredential !== undefined);
  return { isKept, isOpen };
}

/** Whether logins were refused since the pairs before these, as they never were between good pairs. */
function refusedLogins({ window, baseline }: BackendMemory): boolean {
  return LOGINS.some((name) => (window?.pause?.by[name] ?? 0) > 0 && baseline.good.every(({ pause }) => (pause?.by[name] ?? 0) === 0));
}

function pingReaches(report: SelfReport): boolean {
  return report.cachePing === 200 && cacheTypeOf(report) === 'redis';
}

/**
 * The silence that a verdict may rest on. The target has to be the gateway's Redis, by a key of a pair that was found in
 * it before Redis or the gateway showed what began the outage, or by the PINGs that it counts.
 */
export function provenSilence(silence: Silence, report: SelfReport, accepted: string | undefined): ProvenSilence | undefined {
  const { rounds, since, until, goesOn, isOwnRedis, wasKeptAway } = silence;
  if (!goesOn || rounds < ROUNDS || since === undefined || until === undefined) return undefined;
  if (!(isOwnRedis && wasKeptAway) && !(silence.isReceived && tellsSettings(silence, report))) return undefined;
  const reach = pingReaches(report) ? 'ping' : accepted !== undefined && { credential: accepted };
  return reach ? { rounds, since, seconds: (until - since) / 1000, reach } : undefined;
}

/** Whether a silence is proven once Redis is seen to hear the gateway's `/cache/ping`. It costs several questions. */
export function needsReceipt(silence: Silence, report: SelfReport): boolean {
  const { goesOn, rounds, isReceived, tries } = silence;
  return goesOn && rounds >= ROUNDS && !isReceived && tries < TRIES && pingReaches(report) && tellsSettings(silence, report);
}

/** Takes in that `/cache/ping` was asked several times, and whether Redis counted a PING each time. */
export function withReceipt(silence: Silence, isReceived: boolean): Silence {
  return { ...silence, isReceived: silence.isReceived || isReceived, tries: silence.tries + 1 };
}

/** The gateway caches what the pairs ask, and no setting of its cache explains why it is not in Redis: batches and calls have their own causes. */
function tellsSettings({ hitsMemory }: Silence, { settings }: SelfReport): boolean {
  return hitsMemory && settings?.cacheType === 'redis';
}
