import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Flags, Sources } from '../config/load.ts';
import { SEVERITY, type Severity } from '../doctor/finding.ts';
import { ASKED_ROUTE, type AskedRoute } from '../explain/request.ts';
import { createMask, printable } from '../masking/mask.ts';
import { secretsOfEnvironment } from '../source/known-secrets.ts';
import type { DoctorRequest } from './doctor.ts';
import { EXIT, type Io } from './io.ts';
import { unknownCommand, usageError } from './usage.ts';

const DESCRIPTION = 'OpenTelemetry metrics exporter that tells the truth about the Redis cache behind LiteLLM gateways.';

/** Why one does not find the options of the daemon here: they are those of its command. */
const HELP = `
Without a command the exporter runs; its options: litellm-cache-exporter serve --help
Environment: LCE_REDIS_URL, LCE_REDIS_USERNAME, LCE_REDIS_PASSWORD(_FILE), LCE_LITELLM_URL,
LCE_LITELLM_API_KEY(_FILE), LCE_PROBE_MODEL, LCE_PRICE_PER_PAIR_USD, LCE_LISTEN,
LCE_LOG_LEVEL, LCE_LOG_FORMAT. A flag beats the environment, and that beats the file.`;

/**
 * Runs the command that the arguments name; returns its exit code: 0, 1 (it ran and something is not
 * well), 2 (usage or configuration). Each command is imported only when it is asked for.
 */
export async function runCommand(args: readonly string[], version: string, io: Io): Promise<number> {
  let code: number = EXIT.ok;
  const mask = createMask(secretsOfEnvironment(io.env));
  /** What was typed may hold a secret: an option that is not known, an address in place of a command. */
  const complain = (text: string) =>
    io.err(
      text
        .split('\n')
        .map((line) => printable(mask.line(line)))
        .join('\n'),
    );
  const program = new Command('litellm-cache-exporter')
    .description(DESCRIPTION)
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: complain, outputError: (text, write) => write(usageError(text)) })
    .enablePositionalOptions()
    .addHelpText('after', HELP)
    .showSuggestionAfterError();

  withSources(program.command('serve', { isDefault: true }).description('run the exporter (the default command)')).action(
    async (flags: SourceFlags) => {
      const { serve } = await import('./serve.ts');
      code = await serve(sources(flags, io), version, io);
    },
  );

  withSources(program.command('probe').description('run every job once and report; exit 1 when something does not work'))
    .argument('[name...]', 'targets and gateways to run; all when none is named')
    .option('--json', 'print the status as JSON')
    .option('--watch', 'repeat every interval until interrupted')
    .option('--cache-ping', 'also ask /cache/ping of the gateways, which holds up some of them')
    .action(async (names: string[], flags: SourceFlags & { json?: boolean; watch?: boolean; cachePing?: boolean }) => {
      const { probe } = await import('./probe.ts');
      const options = { names, json: flags.json === true, watch: flags.watch === true, cachePing: flags.cachePing === true };
      code = await probe(sources(flags, io), options, version, io);
    });

  withSources(
    program.command('explain').description('say why two requests do not share a cache entry, or what splits those of a JSONL file'),
  )
    .argument('<file...>', 'two files with a request each, or one JSONL file with many; - is standard input')
    .option('--gateway <name>', 'the gateway to ask, where several are configured')
    .option('--curl', 'the files hold curl commands')
    .option('--body <path>', 'where the body is in each record, such as request.body')
    .addOption(new Option('--route <api>', 'the API, where a body does not tell it').choices(ASKED_ROUTE))
    .addOption(new Option('--rate <number>', 'requests a second, at most').argParser(amountOf('--rate', 1_000)).default(10))
    .addOption(new Option('--spend <usd>', 'what may be spent, where the model costs money').argParser(amountOf('--spend', 1e6)))
    .addOption(
      new Option('--max-requests <number>', 'different requests of a file that are looked at')
        .argParser(amountOf('--max-requests', 100_000))
        .default(2_000),
    )
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .action(async (files: string[], flags: ExplainFlags) => {
      const { explain } = await import('./explain/explain.ts');
      const { gateway, curl = false, body, route, rate, spend, maxRequests, format, ...rest } = flags;
      code = await explain(sources(rest, io), { files, gateway, curl, body, route, rate, spend, most: maxRequests, format }, version, io);
    });

  withSources(
    program.command('lookup').description('say whether a request is in the cache now; exit 0 it is, 1 it is not, 2 it cannot be told'),
  )
    .argument('<file>', 'the request: a file with its JSON body, or - for standard input')
    .option('--curl', 'the file holds a curl command')
    .option('--gateway <name>', 'gateway to ask, where the configuration has several')
    .addOption(new Option('--route <api>', 'the API that it is for, where its body does not tell').choices(ASKED_ROUTE))
    .option('--namespace <name>', 'namespace of the cache of the gateway (cache_params.namespace), where it cannot be learnt')
    .addOption(new Option('--spend <usd>', 'what may be spent, where the model costs money').argParser(amountOf('--spend', 1e6)))
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .action(async (file: string, flags: SourceFlags & LookupFlags) => {
      const { lookup } = await import('./lookup/command.ts');
      const { curl, gateway, route, namespace, spend, format, ...rest } = flags;
      const input = { file, isCurl: curl === true, route };
      code = await lookup(sources(rest, io), { input, gateway, namespace, spend, format }, version, io);
    });

  const config = program.command('config').description('check or print the configuration');
  withSources(config.command('check').description('validate; exit 2 with every problem')).action(async (flags: SourceFlags) => {
    const { configCheck } = await import('./config.ts');
    code = await configCheck(sources(flags, io), io);
  });
  withSources(config.command('print').description('print the effective configuration, secrets hidden')).action(
    async (flags: SourceFlags) => {
      const { configPrint } = await import('./config.ts');
      code = await configPrint(sources(flags, io), io);
    },
  );
  config
    .command('schema')
    .description('print the JSON schema of the configuration file')
    .action(async () => {
      const { configSchema } = await import('./config.ts');
      code = configSchema(io);
    });

  program
    .command('metrics')
    .description('print the catalogue of metrics')
    .addOption(new Option('--format <format>', 'how to print it').choices(['markdown', 'json']).default('markdown'))
    .action(async (options: { format: 'markdown' | 'json' }) => {
      const { metrics } = await import('./metrics.ts');
      code = metrics(options.format, io);
    });

  program
    .command('doctor')
    .description('say which Redis LiteLLM will use and what is wrong with its cache; exit 1 with findings')
    .option('--litellm-config <file>', 'configuration that LiteLLM is started with')
    .option(
      '--env-file <file...>',
      '.env, .envrc, a unit of systemd or Quadlet, a task of ECS, a Procfile or a start script; read, never run',
    )
    .option('--compose <file...>', 'compose files, later ones on top')
    .option('--kubernetes <file...>', 'manifests, or what helm template prints')
    .option('--env', 'the environment of this process counts as well')
    .option('--live', 'ask the real Redis and gateway too, reading only')
    .option('--litellm-version <release>', 'the release of LiteLLM, such as 1.104.2')
    .addOption(new Option('--fail-on <severity>', 'exit 1 from this severity on').choices([...SEVERITY, 'never']).default('high'))
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'sarif']).default('text'))
    .option('--diff', 'print what can be mended mechanically as a unified diff')
    .option('--show-secrets', 'with --diff: let it take lines with secrets away')
    .option('--explain <rule>', 'print the page of a rule')
    .option('--rules', 'list the rules')
    .action(async (flags: DoctorFlags) => {
      const { doctor, doctorExplain, doctorRules } = await import('./doctor.ts');
      if (flags.explain !== undefined) code = doctorExplain(flags.explain, io);
      else if (flags.rules === true) code = doctorRules(io);
      else code = await doctor(doctorRequest(flags), version, io);
    });

  const [name] = args;
  const known = [...program.commands.map((command) => command.name()), 'help'];
  if (name !== undefined && !name.startsWith('-') && !known.includes(name)) {
    complain(unknownCommand(name, known));
    return EXIT.usage;
  }

  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return code;
}

interface LookupFlags {
  curl?: boolean;
  gateway?: string;
  route?: AskedRoute;
  namespace?: string;
  spend?: number;
  format: 'text' | 'json';
}

type ExplainFlags = SourceFlags & {
  gateway?: string;
  curl?: boolean;
  body?: string;
  route?: AskedRoute;
  rate: number;
  spend?: number;
  maxRequests: number;
  format: 'text' | 'json';
};

/** Reads the number of an option: more than 0, and at most so much. */
function amountOf(option: string, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,12}(?:\.\d{1,12})?$/.test(text) ? Number(text) : Number.NaN;
    if (value > 0 && value <= most) return value;
    throw new InvalidArgumentError(`${option} takes a number of more than 0 and at most ${most}.`);
  };
}

interface DoctorFlags {
  litellmConfig?: string;
  envFile?: string[];
  compose?: string[];
  kubernetes?: string[];
  env?: boolean;
  live?: boolean;
  litellmVersion?: string;
  failOn: Severity | 'never';
  format: 'text' | 'json' | 'sarif';
  diff?: boolean;
  showSecrets?: boolean;
  explain?: string;
  rules?: boolean;
}

function doctorRequest(flags: DoctorFlags): DoctorRequest {
  return {
    look: {
      litellmConfig: flags.litellmConfig,
      envFiles: flags.envFile ?? [],
      compose: flags.compose ?? [],
      kubernetes: flags.kubernetes ?? [],
      processEnvironment: flags.env === true,
      live: flags.live === true,
      litellmVersion: flags.litellmVersion,
      directory: '.',
    },
    failOn: flags.failOn,
    format: flags.format,
    diff: flags.diff === true,
    showSecrets: flags.showSecrets === true,
  };
}

type SourceFlags = Flags & { config?: string };

function withSources(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (YAML)')
    .option(
      '--redis-url <url>',
      'Redis to scrape: redis://, rediss:// or unix:// (LCE_REDIS_URL; user and password in LCE_REDIS_USERNAME, LCE_REDIS_PASSWORD or LCE_REDIS_PASSWORD_FILE)',
    )
    .option('--litellm-url <url>', 'LiteLLM gateway to probe (LCE_LITELLM_URL)')
    .option('--litellm-api-key-file <file>', 'file with its key (LCE_LITELLM_API_KEY_FILE, or the key in LCE_LITELLM_API_KEY)')
    .option('--probe-model <model>', 'model for the pairs (LCE_PROBE_MODEL)')
    .option('--price-per-pair-usd <usd>', 'what a pair costs; 0 for a mock model (LCE_PRICE_PER_PAIR_USD)')
    .option('--listen <address...>', 'address to serve on, such as :9464 (LCE_LISTEN)')
    .option('--log-level <level>', 'trace, debug, info, warn or error (LCE_LOG_LEVEL)')
    .option('--log-format <format>', 'json or text (LCE_LOG_FORMAT)');
}

function sources({ config, ...flags }: SourceFlags, io: Io): Sources {
  return { file: config, flags, env: io.env };
}
