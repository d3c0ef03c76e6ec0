import type { Advice, KeyLoss, Reuse, ReuseGroup, TtlPoint } from '../model/reuse.ts';
import { bytes, count, span } from './quantities.ts';

/** A time to live as it is configured: `10 min`, `1 h`, `90 s`. Takes seconds. */
function ttlText(ttl: number): string {
  if (ttl >= 86_400 && ttl % 86_400 === 0) return `${ttl / 86_400} d`;
  if (ttl >= 3_600 && ttl % 3_600 === 0) return `${ttl / 3_600} h`;
  if (ttl >= 60 && ttl % 60 === 0) return `${ttl / 60} min`;
  return span(ttl);
}

/** What the figures rest on: `1/256 of the answers of litellm, watched for 26 h: 812 keys written 1,234 times, about 316,000 writes in all`. */
export function reuseBasis(reuse: Reuse, group: ReuseGroup): string {
  const { gateways, watchedSeconds, sampledKeys, sampledWrites, writes } = group;
  const all = group.isChecked ? `${count(Math.round(writes))} writes in all` : `about ${count(Math.round(writes))} writes in all`;
  const seen = `${count(sampledKeys)} keys written ${count(sampledWrites)} times, ${all}`;
  return `${reuse.sample} of the answers of ${gateways.join(' and ')}, watched for ${span(watchedSeconds)}: ${seen}`;
}

/** Why nothing, or not everything, can be told; one sentence each. */
export function reuseProblems({ problems, isWatching, dropped, forgotten, groups }: Reuse): string[] {
  return [
    ...problems.map((problem) => `Writes are not watched: ${problem}.`),
    ...(!isWatching && problems.length === 0 ? ['Writes are not watched yet.'] : []),
    ...(groups.length === 0 && problems.length === 0 ? ['No gateway keeps its answers here.'] : []),
    ...(dropped === 0
      ? []
      : [`${count(dropped)} messages were not looked at: too many came at once, or the server did not answer in time.`]),
    ...(forgotten === 0
      ? []
      : [`${count(forgotten)} keys were forgotten because too many are remembered: a smaller sample tells of longer times.`]),
  ];
}

/** What each longer time to live would bring: `With 1 h instead of 10 min: 12 % fewer misses (± 2), about 3 times the memory (410 MiB)`. */
export function curveLines({ curve: [now, ...longer] }: ReuseGroup): string[] {
  return now === undefined ? [] : longer.map((point) => pointText(now, point));
}

function pointText(now: TtlPoint, to: TtlPoint): string {
  const hits = hitText(now, to);
  return `With ${ttlText(to.ttlSeconds)} instead of ${ttlText(now.ttlSeconds)}: ${gainText(to)}, ${memoryText(now, to)}${hits === undefined ? '' : `; ${hits}`}`;
}

function gainText({ missShare, missError }: TtlPoint): string {
  return `${percent(1 - missShare)} fewer misses (± ${Math.max(1, Math.round(100 * missError))})`;
}

function memoryText(now: TtlPoint, to: TtlPoint): string {
  const times = now.keys === 0 ? undefined : to.keys / now.keys;
  const much =
    times === undefined || times < 1.05
      ? 'about the same memory'
      : `about ${times < 9.95 ? Number(times.toPrecision(2)) : Math.round(times)} times the memory`;
  return to.bytes === undefined ? `${much} for answers` : `${much} (${bytes(to.bytes)})`;
}

function hitText(now: TtlPoint, to: TtlPoint): string | undefined {
  if (now.hitRatio === undefined || to.hitRatio === undefined) return undefined;
  return `a hit ratio of ${percent(to.hitRatio)} instead of ${percent(now.hitRatio)}`;
}

const LOSS_WORDS: Readonly<Record<KeyLoss, string>> = {
  expired: 'had expired',
  evicted: 'had been evicted',
  deleted: 'had been deleted',
  flushed: 'had been flushed',
  alive: 'were still there',
  unknown: 'were gone for an unknown reason',
};

/** What was written again before its time had ended, and why; undefined where that is less than one in a hundred. */
export function earlyText({ earlyShare }: ReuseGroup): string | undefined {
  const told = (['evicted', 'deleted', 'flushed', 'alive', 'unknown'] as const).filter((loss) => earlyShare[loss] >= 0.01);
  if (told.length === 0) return undefined;
  return `Written again before their time had ended: ${told.map((loss) => `${percent(earlyShare[loss])} of all writes, of keys that ${LOSS_WORDS[loss]}`).join('; ')}.`;
}

const ABOUT = { ttl: 'TTL', memory: 'Memory', policy: 'Eviction policy' } as const satisfies Record<Advice['about'], string>;

/** One recommendation: `TTL: raise it from 10 min to 1 h. That would save …`. */
export function adviceText(advice: Advice): string {
  return `${ABOUT[advice.about]}: ${sentence(advice)}`;
}

function sentence(advice: Advice): string {
  if (advice.is === 'wait') return `not enough data yet, ${waitText(advice.moreSeconds)} more.`;
  if (advice.about === 'ttl') return ttlSentence(advice);
  return advice.about === 'memory' ? memorySentence(advice) : policySentence(advice);
}

function waitText(seconds: number): string {
  const hours = Math.max(1, Math.ceil(seconds / 3_600));
  return hours === 1 ? '1 hour' : `${count(hours)} hours`;
}

function ttlSentence(advice: Exclude<Extract<Advice, { about: 'ttl' }>, { is: 'wait' }>): string {
  if (advice.is === 'change') {
    const { now, to } = advice;
    const hits = hitText(now, to);
    return `raise it from ${ttlText(now.ttlSeconds)} to ${ttlText(to.ttlSeconds)}. That would be ${gainText(to)} with ${memoryText(now, to)}${hits === undefined ? '' : `, and ${hits}`}.`;
  }
  if (advice.why === 'never_expires') return 'answers never expire, so only memory and eviction end them. A longer one cannot be compared.';
  const { now, longest } = advice;
  if (advice.why === 'no_room')
    return `keep ${ttlText(now.ttlSeconds)}. Longer ones would save misses (${ttlText(longest.ttlSeconds)}: ${gainText(longest)}), but would fill more than 80 % of the memory.`;
  return `keep ${ttlText(now.ttlSeconds)}. ${ttlText(longest.ttlSeconds)} would be only ${gainText(longest)}.`;
}

function memorySentence(advice: Exclude<Extract<Advice, { about: 'memory' }>, { is: 'wait' }>): string {
  const cost = `${percent(advice.evictedShare)} of the misses are of answers that were evicted before their time`;
  if (advice.is === 'keep')
    return advice.limitBytes === undefined ? `there is no limit, and ${cost}.` : `keep maxmemory at ${bytes(advice.limitBytes)}: ${cost}.`;
  if (advice.is === 'unknown') return `${cost}. How much would hold them takes a census and the memory limit of the server.`;
  if (advice.toBytes <= advice.limitBytes * 1.02)
    return `${cost}, although ${bytes(advice.limitBytes)} should hold them: look for other large keys.`;
  return `raise maxmemory from ${bytes(advice.limitBytes)} to about ${bytes(advice.toBytes)}: ${cost}.`;
}

const POLICY_REASON = {
  by_chance: 'it evicts answers that are still asked for as well as those that nobody asks for any more',
  without_ttl: 'answers without a time to live are never evicted by it',
  refuses_writes: 'a full server refuses every write with it, and nothing new is cached',
} as const satisfies Record<Extract<Advice, { about: 'policy'; is: 'change' }>['why'], string>;

function policySentence(advice: Exclude<Extract<Advice, { about: 'policy' }>, { is: 'wait' }>): string {
  if (advice.is === 'change') return `change ${advice.from} to ${advice.to}: ${POLICY_REASON[advice.why]}.`;
  return `keep ${advice.policy}: ${percent(advice.evictedShare)} of the misses are of answers that were evicted before their time.`;
}

function percent(share: number): string {
  const value = 100 * share;
  return `${value > 0 && value < 0.95 ? value.toFixed(1) : value.toFixed(0)} %`;
}
