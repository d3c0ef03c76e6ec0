import { type Command, LATENCY_EVENT, type LatencyEvent } from '../../model/redis.ts';
import { commandOf } from './commandstats.ts';
import { parseCount, parsePairs, type Section } from './info.ts';

/** A kind of spike of the latency monitor, in seconds. */
export interface LatencySpike {
  event: LatencyEvent;
  last: number;
  max: number;
}

/** LATENCY LATEST: `[event, Unix time, last ms, highest ms]` each. Events without a name of their own share `other`, the worst counts. */
export function parseLatencyLatest(reply: unknown): LatencySpike[] {
  const spikes = new Map<LatencyEvent, LatencySpike>();
  for (const row of Array.isArray(reply) ? reply : []) {
    if (!Array.isArray(row)) continue;
    const [name, , last, max] = row;
    if (!isCount(last) || !isCount(max)) continue;
    const event = LATENCY_EVENT.find((known) => known === name) ?? 'other';
    const known = spikes.get(event);
    spikes.set(event, { event, last: Math.max(last / 1_000, known?.last ?? 0), max: Math.max(max / 1_000, known?.max ?? 0) });
  }
  return [...spikes.values()];
}

/** How often a command took at most so long: upper bounds in microseconds, counts cumulative, both rising. */
export interface CommandLatency {
  calls: number;
  buckets: (readonly [microseconds: number, count: number])[];
}

/** LATENCY HISTOGRAM (7.0): `name, [calls, n, histogram_usec, [bound, count, …]]` each; empty buckets are left out. */
export function parseLatencyHistogram(reply: unknown): ReadonlyMap<Command, CommandLatency> {
  const commands = new Map<Command, CommandLatency>();
  for (const [name, value] of pairsOf(reply)) {
    const entry = new Map(pairsOf(value));
    const calls = entry.get('calls');
    const buckets = pairsOf(entry.get('histogram_usec')).filter((pair): pair is [number, number] => pair.every(isCount));
    if (typeof name === 'string' && isCount(calls)) commands.set(commandOf(name), { calls, buckets });
  }
  return commands;
}

/** INFO latencystats (7.0): seconds by percentile (`p50`), by allow-listed command; subcommands are left out. */
export function parseLatencyStats(section: Section): ReadonlyMap<Command, Section> {
  const commands = new Map<Command, Section>();
  for (const [field, value] of section) {
    if (!field.startsWith('latency_percentiles_usec_')) continue;
    const name = field.slice('latency_percentiles_usec_'.length);
    const command = commandOf(name);
    if (command === name && command !== 'other') commands.set(command, parsePairs(value));
  }
  return commands;
}

/** A percentile of `parseLatencyStats` in seconds. */
export function percentileSeconds(percentiles: Section, percentile: string): number | undefined {
  const microseconds = parseCount(percentiles.get(percentile));
  return microseconds === undefined ? undefined : microseconds / 1e6;
}

function pairsOf(reply: unknown): [unknown, unknown][] {
  const pairs: [unknown, unknown][] = [];
  if (!Array.isArray(reply)) return pairs;
  for (let index = 0; index + 1 < reply.length; index += 2) pairs.push([reply[index], reply[index + 1]]);
  return pairs;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
