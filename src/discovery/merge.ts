import { isSame } from '../config/diff.ts';
import type { Config, GatewayConfig, SourceConfig, TargetConfig } from '../config/effective.ts';
import { isLeaseServer } from '../config/rules.ts';
import { type Made, makeEntry } from './entry.ts';
import { type Listed, MAX_TARGETS } from './list.ts';

/** What a source gives. */
export interface Offer {
  source: SourceConfig;
  targets: readonly Listed[];
}

/** What became of the targets of one source. */
export interface Outcome {
  source: string;
  /** Names of its entries that are watched. */
  entries: string[];
  /** How many targets are left out because something is wrong with them. */
  refused: number;
  /** What is wrong, or else is to be known; the first of many. */
  problems: { place: string; message: string }[];
  /** How many more there are. */
  untold: number;
}

/** A configuration with the entries of all sources in it. */
export interface Merged {
  config: Config;
  outcomes: Outcome[];
  /** The source of each entry that comes from one. */
  gateways: ReadonlyMap<string, string>;
  targets: ReadonlyMap<string, string>;
}

/** Problems of one source that are told; more are counted. */
const MAX_PROBLEMS = 20;

/** One entry of a source, with where it is written. */
interface Discovered {
  source: SourceConfig;
  made: Made;
  place: string;
}

/**
 * The entries that this exporter watches. This is the one place where entries of all kinds pass, those of the file and those of lists: what
 * another exporter watches would be left out here.
 */
function ownEntries<T extends { name: string }>(entries: readonly T[]): readonly T[] {
  return entries;
}

/**
 * The configuration with what the sources give. An entry of the file wins over one of a list, an earlier source over a later, and what is
 * wrong with a target leaves out that target alone. Pure.
 */
export function merge(config: Config, offers: readonly Offer[]): Merged {
  const outcomes = new Map<string, Outcome>(
    offers.map(({ source: { name } }) => [name, { source: name, entries: [], refused: 0, problems: [], untold: 0 }]),
  );
  const tell = ({ source, made: { name }, place }: Discovered, message: string, isRefused: boolean) => {
    const outcome = outcomes.get(source.name);
    if (outcome === undefined) return;
    if (isRefused) outcome.refused += 1;
    if (outcome.problems.length < MAX_PROBLEMS) outcome.problems.push({ place, message: `${name}: ${message}` });
    else outcome.untold += 1;
  };
  const gateways = createList(config.gateways, tell);
  const targets = createList(config.redis, tell);
  for (const found of offers.flatMap((offer) => discovered(config, offer))) {
    const { made } = found;
    if ('fault' in made) tell(found, made.fault, true);
    else if (made.kind === 'gateway') {
      if (made.entry.origin === true && config.origin === undefined) tell(found, 'origin needs the section origin', true);
      else gateways.add(made.entry, found);
    } else if (isLeaseServer(config.lease, made.entry)) tell(found, 'is the server that keeps the lease, which may not be watched', true);
    else targets.add(made.entry, found);
  }
  const known = new Set([...targets.all].map(({ name }) => name));
  const joined = gateways.all.map((entry) => {
    if (entry.redis === undefined || known.has(entry.redis)) return entry;
    const found = gateways.found.get(entry.name);
    if (found !== undefined) tell(found, `no target is named ${entry.redis}; it is watched without one`, false);
    const { redis: _, ...rest } = entry;
    return rest;
  });
  for (const [name, { source }] of [...targets.found, ...gateways.found]) outcomes.get(source.name)?.entries.push(name);
  const nameOf = (found: ReadonlyMap<string, Discovered>) => new Map([...found].map(([name, { source }]) => [name, source.name]));
  return {
    config: { ...config, redis: [...ownEntries(targets.all)], gateways: [...ownEntries(joined)] },
    outcomes: [...outcomes.values()],
    gateways: nameOf(gateways.found),
    targets: nameOf(targets.found),
  };
}

/** What was made of a target, while it, its class and its kind are the same. */
const MADE = new WeakMap<Listed, { template: object; kind: string; made: Made }>();

function discovered({ classes }: Config, { source, targets }: Offer): Discovered[] {
  const { kind, class: name } = source;
  const template = (kind === 'gateway' ? classes?.gateways : classes?.redis)?.[name];
  if (template === undefined) return [];
  return targets.map((listed) => {
    const before = MADE.get(listed);
    const made = before?.template === template && before.kind === kind ? before.made : makeEntry(kind, template, listed);
    MADE.set(listed, { template, kind, made });
    return { source, made, place: listed.place };
  });
}

/** The entries of one kind by name, those of the file first. */
function createList<T extends GatewayConfig | TargetConfig>(
  fixed: readonly T[],
  tell: (found: Discovered, message: string, isRefused: boolean) => void,
) {
  const all = [...fixed];
  const byName = new Map<string, T>(fixed.map((entry) => [entry.name, entry]));
  const found = new Map<string, Discovered>();
  return {
    all,
    found: found as ReadonlyMap<string, Discovered>,
    add(entry: T, from: Discovered): void {
      const other = byName.get(entry.name);
      if (other !== undefined) {
        const winner = found.get(entry.name);
        const isTwice = winner?.source === from.source;
        // A target that is named twice in the same words is one target, as for Prometheus.
        if (isTwice && isSame(other, entry)) return;
        tell(
          from,
          `${winner === undefined ? 'the file' : `${winner.source.name} (${winner.place})`} has this name already, and wins`,
          isTwice,
        );
      } else if (all.length >= MAX_TARGETS) tell(from, `there are ${MAX_TARGETS} entries already, which is the most`, true);
      else {
        all.push(entry);
        byName.set(entry.name, entry);
        found.set(entry.name, from);
      }
    },
  };
}
