import { worstDailyCost } from '../config/cost.ts';
import type { Config } from '../config/effective.ts';
import { loadConfig, type Sources } from '../config/load.ts';
import { configurationSchema } from '../config/markdown.ts';
import { printConfig } from '../config/print.ts';
import { loadWebConfig } from '../config/web/web-config.ts';
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
  io.out(`${summary(loaded.config)}${(loaded.notes ?? []).map((note) => `${note}\n`).join('')}`);
  return EXIT.ok;
}

/** Prints the effective configuration as YAML, secrets hidden; else every problem, exit 2. */
export async function configPrint(sources: Sources, io: Io): Promise<number> {
  const loaded = await loadConfig(sources);
  if (!loaded.ok) return reportProblems(loaded.problems, sources, io);
  io.out(`${(loaded.notes ?? []).map((note) => `# ${note}\n`).join('')}${printConfig(loaded.config)}`);
  return EXIT.ok;
}

/** Prints the JSON schema of the configuration file. */
export function configSchema(io: Io): number {
  io.out(`${JSON.stringify(configurationSchema(), null, 2)}\n`);
  return EXIT.ok;
}

function summary({ redis, gateways }: Config): string {
  const targets = redis.map(({ name, canaries }) => `redis ${name}: ${canaries.length + 1} credential${canaries.length === 0 ? '' : 's'}`);
  const probes = gateways.map(({ price_per_pair_usd = 0, ...gateway }) => {
    const cost = worstDailyCost({ ...gateway, price_per_pair_usd });
    return `gateway ${gateway.name}: ${gateway.routes.join(', ')}, at most $${Number(cost.toPrecision(6))} a day`;
  });
  return `${['the configuration is valid', ...targets, ...probes].join('\n')}\n`;
}
