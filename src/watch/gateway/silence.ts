import { hasBehaviour } from '../../litellm/releases.ts';
import type { CacheType, Route } from '../../model/cache.ts';
import { refusedMore } from '../../verdict/causes/counters.ts';
import { NOT_LET_IN } from '../../verdict/repetition.ts';
import { isUnused, routeStateOf } from '../../verdict/route-state.ts';
import type { Silence as ProvenSilence, RouteResult } from '../../verdict/signals.ts';
import { type BackendMemory, signalsOf } from './backend/memory.ts';
import { type Identity, identityAfter, isAnother, NO_IDENTITY, witnessed } from './replicas/identity.ts';
import { cacheTypeOf, isUp, type SelfReport } from './self-report.ts';

/** What is known of a gateway that leaves its Redis alone in an outage. */
export interface Silence {
  /** The routes of which a key was found in the target since the gateway was down last: the target is its Redis. */
  readonly ownRoutes: readonly Route[];
  /** One of these missed in the last round: with another Redis it would hit. */
  readonly missesOwn: boolean;
  /**
   * In this outage something kept it from Redis: Redis was away or refused it, or the gateway could not reach it. Of a
   * release whose breaker stays open: at any time since it was down last.
   */
  readonly wasKeptAway: boolean;
  /** Redis refused a login while it was kept away: nothing else makes a breaker stay open for certain. */
  readonly wasLoginRefused: boolean;
  /** In this outage a pair hit in the memory of the gateway: it caches what the pairs ask. */
  readonly hitsMemory: boolean;
  /** Rounds one after the other in which Redis was usable and let the gateway in, and nothing came. */
  readonly rounds: number;
  /** The end of the first of these rounds, Unix milliseconds; undefined while there are none. */
  readonly since: number | undefined;
  /** From the end of the first of them to that of the last, by a clock that nobody sets. */
  readonly seconds: number;
  readonly beganAt: number | undefined;
  /** Nothing in the last round speaks against it. */
  readonly goesOn: boolean;
  /** The target counted a PING each time that `/cache/ping` was asked, and none between: the target is its Redis. */
  readonly isHeard: boolean;
  /** How often that was tried in this outage. */
  readonly tries: number;
  /** The gateway that all of this was seen of. */
  readonly gateway: Identity;
}

/** What a round leaves that a silence is told by. `results` are those of all routes. */
export interface Received {
  report: SelfReport;
  backend: BackendMemory | undefined;
  results: readonly RouteResult[];
  /** Pairs were sent. */
  sent: boolean;
  /** The names of the replicas that the round found; none where none are configured. */
  replicas: readonly string[];
  /** The pairs of the round before were all good. */
  wasGood: boolean;
  /** When it ended: Unix milliseconds, and milliseconds of the monotonic clock. */
  at: number;
  endedAt: number;
}

/** Fewer rounds are chance, or the end of an outage. */
const ROUNDS = 3;
/** So often `/cache/ping` is asked several times to see whether Redis hears it. */
const TRIES = 3;
const LOGINS = ['NOAUTH', 'WRONGPASS', 'logins'] as const;
/** What a server in no state to take writes answers. However many of these are usual, one may be that of the gateway's own write. */
const NO_WRITES = ['OOM', 'READONLY', 'MISCONF', 'NOREPLICAS', 'MASTERDOWN', 'LOADING', 'CLUSTERDOWN', 'BUSY'] as const;

/** Nothing is known. */
export const NO_SILENCE: Silence = {
  ownRoutes: [],
  missesOwn: false,
  wasKeptAway: false,
  wasLoginRefused: false,
  hitsMemory: false,
  rounds: 0,
  since: undefined,
  seconds: 0,
  beganAt: undefined,
  goesOn: false,
  isHeard: false,
  tries: 0,
  gateway: NO_IDENTITY,
};

/** What is known after a round. A gateway that was down, or gave way to another one, may come back with another Redis. */
export function silenceAfter(previous: Silence, { report, backend, results, sent, replicas, wasGood, at, endedAt }: Received): Silence {
  if (!isUp(report)) return NO_SILENCE;
  const gateway = identityAfter(previous.gateway, { version: report.version, cacheType: cacheTypeOf(report), replicas });
  const before = { ...(isAnother(previous.gateway, gateway) ? NO_SILENCE : previous), gateway };
  if (backend === undefined) return before;
  const away = keptAwayBy(report, backend, wasGood);
  // What was read around the last pairs is old in a round without any; what the target's own watch found is not.
  const isKept = away.isKept || (!sent && backend.report.failure !== undefined);
  const hasKeys = sent && results.some(({ key }) => key === 'present');
  const known = {
    ...before,
    ownRoutes: sent ? withPresent(before.ownRoutes, results) : before.ownRoutes,
    wasKeptAway: before.wasKeptAway || isKept,
    wasLoginRefused: before.wasLoginRefused || away.isLoginRefused,
    gateway: witnessed(before.gateway, { own: hasKeys, keptAway: isKept }),
  };
  if (!sent) return isKept ? broken(known) : known;
  const isUsed = results.some((result) => result.key === 'present' || routeStateOf(result) === 'proven');
  // A breaker that stays open closes by chance and opens again: what kept the gateway away lasts until its restart then.
  if (isUsed) {
    const lasts = staysOpen(report);
    return {
      ...NO_SILENCE,
      ownRoutes: known.ownRoutes,
      wasKeptAway: known.wasKeptAway && lasts,
      wasLoginRefused: known.wasLoginRefused && lasts,
      gateway: lasts ? known.gateway : { ...known.gateway, keptAway: [] },
    };
  }
  const outage = {
    ...known,
    missesOwn: results.some((result) => known.ownRoutes.includes(result.route) && routeStateOf(result) === 'missing'),
    hitsMemory: known.hitsMemory || results.some((result) => routeStateOf(result) === 'unwatched'),
  };
  if (isKept || !results.every(isUnused)) return broken(outage);
  if (away.mayBeRefused) return broken(outage);
  if (away.isOpen) return { ...outage, goesOn: false };
  // A plain pair has no key that could be looked for.
  if (!results.some(({ key }) => key === 'absent')) return outage;
  const beganAt = outage.beganAt ?? endedAt;
  return { ...outage, rounds: outage.rounds + 1, since: outage.since ?? at, beganAt, seconds: (endedAt - beganAt) / 1000, goesOn: true };
}

function withPresent(known: readonly Route[], results: readonly RouteResult[]): readonly Route[] {
  const found = results.flatMap(({ route, key }) => (key === 'present' && !known.includes(route) ? [route] : []));
  return found.length === 0 ? known : [...known, ...found];
}

function staysOpen({ version }: SelfReport): boolean {
  return hasBehaviour(version, 'breaker_stays_open') === true;
}

function broken(silence: Silence): Silence {
  return { ...silence, rounds: 0, since: undefined, seconds: 0, beganAt: undefined, goesOn: false };
}

/** What a round says of a Redis that may keep the gateway away. */
interface KeptAway {
  /** Something keeps it away now. */
  isKept: boolean;
  /** A refused login does. */
  isLoginRefused: boolean;
  /** Redis may have refused its writes. */
  mayBeRefused: boolean;
  /** It is not known whether Redis would let it in. */
  isOpen: boolean;
}

function keptAwayBy(report: SelfReport, backend: BackendMemory, wasGood: boolean): KeptAway {
  const { redisFailure, redisStalled, refusedCredential, acceptedCredential, refusals, increases, server } = signalsOf(backend, false);
  const { cachePing } = report;
  const more = refusedMore({ increases });
  const answers = pingReaches(report);
  // Any other status is of the key or of what is in front of the gateway, and says nothing of Redis.
  const isUnreached = cachePing !== undefined && cachePing >= 500;
  const isRefused = refusedCredential !== undefined || refusals.length > 0 || isUnreached;
  // What Redis answers to the gateway's own PING it lets in: refused logins are those of others then.
  const hasRefused = (more.logins && !answers) || (wasGood && refusedLogins(backend));
  const isKept = redisFailure !== undefined || redisStalled || isRefused || hasRefused;
  const isLoginRefused = hasRefused || refusedCredential !== undefined || refusals.some(({ cause }) => cause === 'redis_auth');
  const isIn = answers || acceptedCredential !== undefined;
  const isOpen = server === undefined || !backend.report.watching || !isIn;
  return { isKept, isLoginRefused, mayBeRefused: more.others || mayBeRefused(backend, answers), isOpen };
}

/**
 * Whether what Redis refused while the pairs ran may have been the gateway's, however much of it is usual, or whether that is not
 * known: without counters, of a server that was restarted meanwhile, or of denied commands without ACL LOG.
 */
function mayBeRefused({ deltas, refusals }: BackendMemory, isLetIn: boolean): boolean {
  if (deltas?.NOPERM === undefined || deltas.OOM === undefined) return true;
  const moved = (names: readonly (keyof typeof deltas)[]) => names.some((name) => (deltas[name] ?? 0) > 0);
  const isDenied = deltas.NOPERM > 0 && refusals.latest?.isComplete !== true;
  return moved(NO_WRITES) || isDenied || (!isLetIn && moved(NOT_LET_IN));
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
 * it before Redis or the gateway showed what began the outage and of which pairs miss now, or by the PINGs that it counts.
 */
export function provenSilence(silence: Silence, report: SelfReport, accepted: string | undefined): ProvenSilence | undefined {
  const { rounds, since, seconds, goesOn, missesOwn, wasKeptAway, wasLoginRefused } = silence;
  if (!goesOn || rounds < ROUNDS || since === undefined || !mayBeRedis(report)) return undefined;
  if (!(missesOwn && wasKeptAway) && !(silence.isHeard && tellsSettings(silence, report))) return undefined;
  const reach = pingReaches(report) ? 'ping' : accepted !== undefined && { credential: accepted };
  return reach ? { rounds, since, seconds, wasLoginRefused, reach } : undefined;
}

/** Whether a silence is proven once Redis is seen to hear the gateway's `/cache/ping`. It costs several questions. */
export function needsHearing(silence: Silence, report: SelfReport): boolean {
  const { goesOn, rounds, isHeard, tries } = silence;
  return goesOn && rounds >= ROUNDS && !isHeard && tries < TRIES && pingReaches(report) && tellsSettings(silence, report);
}

/** Takes in that `/cache/ping` was asked several times, and whether Redis counted a PING each time. */
export function withHearing(silence: Silence, isHeard: boolean): Silence {
  return { ...silence, isHeard: silence.isHeard || isHeard, tries: silence.tries + 1 };
}

/** Nothing that the gateway tells says that its cache is another one than a plain Redis. */
function mayBeRedis(report: SelfReport): boolean {
  const plain = (type: CacheType) => type === 'redis' || type === 'unknown';
  return plain(cacheTypeOf(report)) && plain(report.settings?.cacheType ?? 'unknown');
}

/** The gateway caches what the pairs ask, and no setting of its cache explains why it is not in Redis: batches and calls have their own causes. */
function tellsSettings({ hitsMemory }: Silence, { settings }: SelfReport): boolean {
  return hitsMemory && settings?.cacheType === 'redis';
}
