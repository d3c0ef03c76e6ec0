import type { Environment } from '../../src/doctor/environment.ts';
import { environmentOf } from '../../src/doctor/evidence/variables/environment-of.ts';
import { clientArguments } from '../../src/doctor/resolver/arguments.ts';
import { type Behaviour, behaviourOf } from '../../src/doctor/resolver/client-arguments.ts';
import { cacheParameters, coordinationParameters, routerParameters } from '../../src/doctor/resolver/client-parameters.ts';
import { connectionArguments } from '../../src/doctor/resolver/connection.ts';
import { connectionUrl } from '../../src/doctor/resolver/connection-url.ts';
import type { Arguments, Failure, ResolvedValue } from '../../src/doctor/resolver/resolved-value.ts';
import { semanticParameters } from '../../src/doctor/resolver/semantic-parameters.ts';
import type { LitellmConfig } from '../../src/doctor/setup.ts';
import { at } from '../../src/litellm/json.ts';
import { hasBehaviour } from '../../src/litellm/releases.ts';
import { Secret } from '../../src/source/secret.ts';
import { askLitellm, type RealAnswer, type RealAnswers, type RealRelease, type ResolveCase } from './litellm-resolve.ts';

/** A client that LiteLLM makes with other arguments than the doctor says. */
export interface ResolveDifference extends ResolveCase {
  client: 'cache' | 'router' | 'coordination' | 'semantic';
  theirs: unknown;
  ours: unknown;
}

/** What a release makes of each case, and where the doctor, by the behaviours that are known of that release, says something else. */
export async function resolveDifferences(
  release: RealRelease,
  cases: readonly ResolveCase[],
): Promise<{ real: RealAnswers[]; differences: ResolveDifference[] }> {
  const real = await askLitellm(release, cases);
  const behaviour = behaviourOf((name) => hasBehaviour(release, name) === true);
  const differences = cases.flatMap((one, index): ResolveDifference[] => {
    const theirs = real[index];
    const ours = answers(one, behaviour);
    const semantic = theirs?.semantic ?? null;
    const address = semantic !== null && 'raises' in semantic ? 'raises' : semantic;
    const semanticDiffers = JSON.stringify(address) !== JSON.stringify(ours.semantic);
    const other: ResolveDifference[] = semanticDiffers ? [{ client: 'semantic', ...one, theirs: address, ours: ours.semantic }] : [];
    return [
      ...other,
      ...(['cache', 'router', 'coordination'] as const).flatMap((client) => {
        const said = comparable(theirs?.[client] ?? null);
        return JSON.stringify(said) === JSON.stringify(ours[client]) ? [] : [{ client, ...one, theirs: said, ours: ours[client] }];
      }),
    ];
  });
  return { real, differences };
}

type Answer = null | 'raises' | { arguments: Record<string, unknown>; reaching?: Record<string, unknown> | undefined };

function answers(
  { environment: variables, config: tree }: ResolveCase,
  behaviour: Behaviour,
): Record<'cache' | 'router' | 'coordination', Answer> & { semantic: unknown } {
  const environment = environmentOf(
    Object.entries(variables).map(([name, value]) => ({
      name,
      value: Secret.of(value),
      source: 'process' as const,
      place: { source: 'environment' },
    })),
  );
  const config: LitellmConfig = { file: 'config.yaml', tree, place: () => ({ source: 'config.yaml' }) };
  const hasBlock = tree.general_settings !== undefined;
  return {
    cache: answer(cacheParameters(config, environment, behaviour), environment, behaviour),
    router: answer(routerParameters(config, environment, behaviour), environment, behaviour),
    semantic: semanticAnswer(semanticParameters(config, environment, behaviour), typeOf(tree)),
    coordination: hasBlock ? answer(coordinationParameters(config, true, environment, behaviour), environment, behaviour) : null,
  };
}

function answer(made: ReadonlyMap<string, ResolvedValue> | Failure | undefined, environment: Environment, behaviour: Behaviour): Answer {
  if (made === undefined) return null;
  const resolved = made instanceof Map ? clientArguments(made, environment, behaviour) : made;
  if (!(resolved instanceof Map)) return 'raises';
  const reaching = connectionArguments(resolved, environment, behaviour);
  if (!(reaching instanceof Map)) return 'raises';
  return comparable({ arguments: values(resolved), reaching: values(reaching) });
}

/** The address as LiteLLM writes it; null for Qdrant. That of Valkey is compared as its client has read it. */
function semanticAnswer(made: Arguments | Failure | undefined, type: unknown): unknown {
  if (made === undefined) return null;
  if (!(made instanceof Map)) return 'raises';
  if (made.size === 0) return { url: null };
  const text = (name: string) => pythonText(made.get(name)?.value);
  const scheme = made.has('ssl') ? 'rediss' : 'redis';
  const isValkey = type === 'valkey-semantic';
  const password = isValkey ? encodeURIComponent(text('password')) : text('password');
  const url = made.has('url') ? text('url') : `${scheme}://:${password}@${text('host')}:${text('port')}`;
  if (!isValkey) return { url };
  const read = connectionUrl(url);
  if ('fault' in read) return 'raises';
  const port = read.port === undefined ? null : Number(read.port);
  return { valkey: { host: read.host ?? null, port, password: read.password ?? null, tls: read.scheme === 'rediss' } };
}

function typeOf(tree: Readonly<Record<string, unknown>>): unknown {
  return at(tree, 'litellm_settings', 'cache_params', 'type');
}

function pythonText(value: unknown): string {
  return value === null || value === undefined ? '' : value === true ? 'True' : value === false ? 'False' : String(value);
}

function values(given: Arguments): Record<string, unknown> {
  const logins = ['redis_connect_func', 'credential_provider'];
  return Object.fromEntries([...given].map(([name, { value }]) => [name, logins.includes(name) ? '(object)' : value]));
}

/** How the nodes are handed over, and what LiteLLM adds for clusters and leaves to the kind of connection, is not compared. */
const APART = ['startup_nodes', 'sentinel_nodes', 'service_name', 'sentinel_password', 'ssl', 'health_check_interval', 'socket_keepalive'];

function comparable(said: RealAnswer): Answer {
  if (said === null) return null;
  if ('raises' in said) return 'raises';
  const hasLogin = 'redis_connect_func' in said.arguments;
  return { arguments: sorted(said.arguments), reaching: hasLogin ? undefined : sorted(said.reaching, APART) };
}

function sorted(record: Record<string, unknown>, without: readonly string[] = []): Record<string, unknown> {
  const entries = Object.entries(record).filter(([name]) => !without.includes(name));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
