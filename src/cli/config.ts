import { worstDailyCost } from '../config/cost.ts';
import type { Config } from '../config/effective.ts';
import { loadConfig, type Sources } from '../config/load.ts';
import { configurationSchema } from '../config/markdown.ts';
import { printConfig, printGateway, printTarget } from '../config/print.ts';
import { loadWebConfig } from '../config/web/web-config.ts';
import { discoverOnce } from '../discovery/once.ts';
import { printableLine } from '../masking/sanitize.ts';
import { systemClock } from '../schedule/clock.ts';
import { EXIT, type Io } from './io.ts';
import { reportProblems } from './problems.ts';

/** Says what a valid configuration watches, and what it costs at worst; else every problem, exit 2. */
export async function configCheck(sources: Sources, io: Io): Promise<number> {
  const loaded = await loadConfig(sources);
  if (!loaded.ok) return reportProblems(loaded.problems, sources, io);
  const { web_config_file } = loaded.config.http;
  const web = web_config_file === undefined ? undefined : await loadWebConfig(web_config_file);
  if (web !== undefined && 'problems' in web) {
    const problems = web.problems.map((message) => ({ path: '', message }));
    return reportProblems(problems, { ...sources, file: web_config_file }, io);
  }
  const listed = await listsText(loaded.config);
  io.out(`${summary(loaded.config)}${listed}${(loaded.notes ?? []).map((note) => `${note}\n`).join('')}`);
  return EXIT.ok;
}

/** What the lists in files give now, and what is wrong with them. Those over HTTP are not asked: this command connects to nothing. */
async function listsText(config: Config): Promise<string> {
  const files = (config.discovery ?? []).filter(({ file_sd }) => file_sd !== undefined);
  const { gateways, targets, problems } = await discoverOnce({ ...config, discovery: files }, systemClock);
  const lines = (config.discovery ?? []).map(({ name, kind, class: wanted, http_sd }) => {
    const count = [...(kind === 'gateway' ? gateways : targets).values()].filter((source) => source === name).length;
    const found = http_sd === undefined ? `${count} now` : 'not asked, only files are read';
    return `discovery ${name}: ${kind} of the class ${wanted}, ${found}`;
  });
  // A list that is not asked may have the target that an entry names.
  const isOpen = (config.discovery ?? []).some(({ http_sd, kind }) => http_sd !== undefined && kind === 'redis');
  const certain = problems.filter((problem) => !(isOpen && problem.includes('no target is named')));
  return [...lines, ...certain].map((line) => `${printableLine(line)}\n`).join('');
}

/** Prints the effective configuration as YAML, secrets hidden, and behind it, as comments, what the lists give now; else every problem, exit 2. */
export async function configPrint(sources: Sources, io: Io): Promise<number> {
  const loaded = await loadConfig(sources);
  if (!loaded.ok) return reportProblems(loaded.problems, sources, io);
  const found = await discoverOnce(loaded.config, systemClock);
  const notes = [...(loaded.notes ?? []), ...found.problems].map((note) => `# ${printableLine(note)}\n`);
  io.out(`${notes.join('')}${printConfig(loaded.config)}${discoveredText(found)}`);
  return EXIT.ok;
}

/** Prints the JSON schema of the configuration file. */
export function configSchema(io: Io): number {
  io.out(`${JSON.stringify(configurationSchema(), null, 2)}\n`);
  return EXIT.ok;
}

/** The entries that come from lists as comments, so that what is printed can be loaded again. */
function discoveredText({ config, gateways, targets }: Awaited<ReturnType<typeof discoverOnce>>): string {
  const parts = (config.discovery ?? []).flatMap(({ name, kind }) => {
    const entries =
      kind === 'gateway'
        ? config.gateways.filter((entry) => gateways.get(entry.name) === name).map(printGateway)
        : config.redis.filter((entry) => targets.get(entry.name) === name).map(printTarget);
    if (entries.length === 0) return [];
    const list = entries.map((text) => text.trimEnd().replace(/^/gm, '    ').replace(/^ {4}/, '  - ')).join('\n');
    return [`from the list ${name}:`, `${kind === 'gateway' ? 'gateways' : 'redis'}:`, ...list.split('\n')];
  });
  return parts.map((line) => `# ${printableLine(line)}\n`).join('');
}

function summary({ redis, gateways }: Config): string {
  const targets = redis.map(({ name, canaries }) => `redis ${name}: ${canaries.length + 1} credential${canaries.length === 0 ? '' : 's'}`);
  const probes = gateways.map(({ price_per_pair_usd = 0, ...gateway }) => {
    const cost = worstDailyCost({ ...gateway, price_per_pair_usd });
    return `gateway ${gateway.name}: ${gateway.routes.join(', ')}, at most $${Number(cost.toPrecision(6))} a day`;
  });
  return `${['the configuration is valid', ...targets, ...probes].join('\n')}\n`;
}
