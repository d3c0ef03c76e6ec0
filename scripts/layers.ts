import { withPart } from './generated-part.ts';

/** One row of the table: folders of `src` side by side, or files at its top, which do not import each other, and what lives in them. */
export interface Layer {
  names: readonly string[];
  holds: string;
}

/** The layers of `src`, the highest first. What is in a row imports only from the rows below; a new folder is one word here. */
export const LAYERS: readonly Layer[] = [
  { names: ['main.ts'], holds: 'the process: arguments, environment and exit code' },
  { names: ['cli'], holds: 'from arguments to commands, and what they print' },
  { names: ['daemon.ts'], holds: 'the composition root' },
  { names: ['fleet'], holds: 'the set of running watches: how they are built, how a change of the configuration is applied' },
  {
    names: ['http'],
    holds:
      '`server/` listens and decides who may ask; `page/` is the status page, pure functions of Status; `origin/` answers gateways as their provider',
  },
  { names: ['text'], holds: 'words and numbers for people, for pages and for terminals' },
  { names: ['telemetry'], holds: 'the only importer of OpenTelemetry and pino: store, exposition, traces, log' },
  { names: ['watch'], holds: 'a watch for each target, census and gateway: all state of the domain, and the connections' },
  { names: ['lease'], holds: 'which of several exporters probes, kept in Redis or in Kubernetes' },
  { names: ['lookup'], holds: 'the key that a release makes of a request, and what the cache has under it: pure, except one runner' },
  {
    names: ['discovery'],
    holds: 'targets and gateways from files and over HTTP: lists to entries of the configuration, pure but for one reader each',
  },
  {
    names: ['collectors', 'census', 'reuse', 'pairs', 'fidelity', 'explain', 'verdict', 'doctor'],
    holds:
      'pure, one runner each: replies to samples, names to key classes, written keys to what a TTL brings, answers to outcomes, outcomes to a verdict, what a cache does to answers, two requests to what keeps their keys apart, files to findings',
  },
  { names: ['origin'], holds: 'the answers of a probe model that leads to the exporter, and how they are checked: pure' },
  { names: ['redis', 'litellm'], holds: 'the only ways out: connections, requests, failure classes, parsers of replies' },
  { names: ['config', 'catalogue', 'schedule'], holds: 'the schema; every metric as data; the grid and the clock' },
  { names: ['source'], holds: 'reading files with positions, secrets and durations, for the configuration and for the doctor' },
  { names: ['model', 'masking'], holds: 'closed sets, Status, Tick, Log; the one mask that every output goes through' },
];

/** A package that only some folders may import; `patterns` are those of the linter. */
export interface OwnedPackage {
  patterns: readonly string[];
  owners: readonly string[];
}

export const PACKAGES: readonly OwnedPackage[] = [
  { patterns: ['ioredis'], owners: ['redis'] },
  { patterns: ['@opentelemetry/**', 'pino'], owners: ['telemetry'] },
  { patterns: ['commander'], owners: ['cli'] },
  { patterns: ['zod'], owners: ['config'] },
  { patterns: ['node:http', 'node:https'], owners: ['litellm', 'lease', 'http'] },
  { patterns: ['yaml'], owners: ['source', 'config', 'doctor', 'http'] },
];

/** Every folder and file of the table, the highest first. */
export const NAMES: readonly string[] = LAYERS.flatMap(({ names }) => names);

/** What a folder or file may import from, without itself; in the order of the table. */
export function importable(name: string): readonly string[] {
  const own = LAYERS.findIndex(({ names }) => names.includes(name));
  return LAYERS.slice(own + 1).flatMap(({ names }) => names);
}

function isFile(name: string): boolean {
  return name.endsWith('.ts');
}

interface Restriction {
  group: readonly string[];
  message: string;
}

/** `biome.layers.json`: the table as the linter takes it. */
export function layersJson(): string {
  const overrides = NAMES.map((name) => {
    const allowed = [name, ...importable(name)];
    const others = NAMES.filter((other) => !allowed.includes(other));
    const layers: Restriction = {
      group: others.map((other) => (isFile(other) ? `**/${other}` : `**/${other}/**`)),
      message: `${name} imports only from what is below it in the table of docs/architecture.md.`,
    };
    const packages = PACKAGES.filter(({ owners }) => !owners.includes(name)).map(
      ({ patterns, owners }): Restriction => ({
        group: patterns,
        message: `only ${owners.join(' and ')} may import this package (scripts/layers.ts).`,
      }),
    );
    return restricted(isFile(name) ? `src/${name}` : `src/${name}/**`, others.length > 0 ? [layers, ...packages] : packages);
  });
  const dashboards: Restriction = {
    group: [...NAMES.filter((name) => name !== 'catalogue' && !isFile(name)).map((name) => `**/src/${name}/**`), '**/src/*.ts'],
    message: 'the dashboards know only the catalogue of the exporter (docs/architecture.md).',
  };
  return `${JSON.stringify({ overrides: [...overrides, restricted('grafana/src/**', [dashboards])] }, null, 2)}\n`;
}

function restricted(files: string, patterns: readonly Restriction[]) {
  return {
    includes: [files],
    linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { patterns } } } } },
  };
}

/** The page of the architecture with its table of layers renewed; the rest is written by hand. */
export function layersMarkdown(page: string): string {
  const rows = LAYERS.map(
    ({ names, holds }) => `| ${names.map((name) => (isFile(name) ? `\`${name}\`` : `\`${name}/\``)).join(' ')} | ${holds} |`,
  );
  return withPart(page, 'layers', ['| files and folders, the highest first | what lives there |', '|---|---|', ...rows].join('\n'));
}
