import { describe, expect, it } from 'vitest';
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
import { askLitellm, REAL_RELEASES, type RealAnswer, type ResolveCase } from '../support/litellm-resolve.ts';
import { resolveCases } from '../support/resolve-cases.ts';

const SEED = 20_261_122;
const COUNT = 560;

/** What people write, and what goes wrong with it. */
const BY_HAND: ResolveCase[] = [
  ofCache(
    { REDIS_URL: 'redis://localhost:6379', REDIS_HOST: 'localhost', REDIS_PORT: '6378', REDIS_PASSWORD: 'p' },
    { type: 'redis', ttl: 3600, host: 'localhost', port: 6379, password: 'p' },
  ),
  ofCache({ REDIS_HOST: 'h', REDIS_PORT: '1', REDIS_PASSWORD: 'p', REDIS_SSL: 'True' }, {}),
  ofCache({}, {}),
  ofCache({ REDIS_SOCKET_TIMEOUT: '1' }, { type: 'redis', host: 'h' }),
  ofCache({ REDIS_SOCKET_TIMEOUT: '1' }, { type: 'redis', host: 'h', socket_timeout: null }),
  ofCache({}, { type: 'redis', host: 'h', connection_pool_timeout: 5 }),
  ofCache({}, { type: 'redis', host: 'h', max_messages: 8 }),
  ofCache({ REDIS_MAX_CONNECTIONS: '100' }, { type: 'redis', host: 'h' }),
  ofCache({ REDIS_URL: 'redis://u' }, { type: 'redis', password: 'p' }),
  ofCache({ REDIS_URL: 'redis://u' }, { type: 'redis', host: 'os.environ/UNSET_HOST' }),
  ofCache({ REDIS_CLUSTER_NODES: '[{"host":"n","port":1}]', REDIS_URL: 'redis://u', REDIS_PASSWORD: 'p' }, { type: 'redis' }),
  ofCache({ REDIS_CLUSTER_NODES: '[{' }, { type: 'redis', host: 'h' }),
  ofCache(
    { REDIS_SENTINEL_NODES: '[["s",26379]]', REDIS_SERVICE_NAME: 'm', REDIS_SENTINEL_PASSWORD: 'q', REDIS_PASSWORD: 'p' },
    { type: 'redis' },
  ),
  ofCache({ REDIS_SERVICE_NAME: 'm' }, { type: 'redis', host: 'h' }),
  ofCache({ REDIS_AZURE_AD_TOKEN: 'true' }, { type: 'redis', host: 'h', password: 'p', ssl: true }),
  ofCache({ REDIS_GCP_SERVICE_ACCOUNT: 'a', REDIS_GCP_SSL_CA_CERTS: '/ca', REDIS_SSL: 'true' }, { type: 'redis', host: 'h' }),
  ofCache(
    { AWS_REGION: 'eu-central-1' },
    {
      type: 'redis',
      host: 'h',
      username: 'u',
      password: 'p',
      ssl: true,
      aws_iam_auth: true,
      aws_iam_user_name: 'u',
      aws_iam_cache_name: 'c',
    },
  ),
  ofCache(
    { AWS_REGION: 'eu-central-1' },
    { type: 'redis', url: 'rediss://u:p@h', aws_iam_auth: true, aws_iam_user_name: 'u', aws_iam_cache_name: 'c' },
  ),
  ofSemantic({ REDIS_HOST: 'h', REDIS_PORT: '1', REDIS_PASSWORD: 'p' }, {}),
  ofSemantic({ REDIS_HOST: 'h', REDIS_PORT: '1' }, {}),
  ofSemantic({ REDIS_PASSWORD: '' }, { host: 'h', port: 1 }),
  ofSemantic({ REDIS_PORT: 'tcp://10.0.0.1:6379' }, { host: 'h', password: 'p' }),
  ofSemantic({}, { redis_url: 'rediss://u:p@h:1/2', host: 'h' }),
  ofSemantic({}, { url: 'redis://:p@h' }),
  ofSemantic({ REDIS_URL: 'redis://u' }, { host: 'h', port: '6380', password: 'p', ssl: true, username: 'u', db: 3 }),
  ofSemantic({ REDIS_PASSWORD: 'p' }, { host: 'h', port: 1 }),
  ofSemantic({}, { host: 'h', port: 2, password: 'p', similarity_threshold: null }),
  ofSemantic({}, { host: 'h', port: 2, password: 'p', redis_startup_nodes: [{ host: 'n', port: 1 }] }),
];

function ofSemantic(environment: Record<string, string>, params: Record<string, unknown>): ResolveCase {
  return ofCache(environment, { type: 'redis-semantic', similarity_threshold: 0.9, ...params });
}

function ofCache(environment: Record<string, string>, params: Record<string, unknown>): ResolveCase {
  return { environment, config: { litellm_settings: { cache: true, cache_params: params } } };
}

describe(`the same ${COUNT} generated cases (seed ${SEED}) and ${BY_HAND.length} others`, () => {
  const cases = [...BY_HAND, ...resolveCases(COUNT, SEED)];

  it.each(REAL_RELEASES)('are resolved as LiteLLM %s resolves them', { timeout: 600_000 }, async (release) => {
    const real = await askLitellm(release, cases);
    const behaviour = behaviourOf((name) => hasBehaviour(release, name) === true);
    const disagreements = cases.flatMap((one, index) => {
      const theirs = real[index];
      const ours = answers(one, behaviour);
      const semantic = theirs?.semantic ?? null;
      const address = semantic !== null && 'raises' in semantic ? 'raises' : semantic;
      const semanticDiffers = JSON.stringify(address) !== JSON.stringify(ours.semantic);
      const other = semanticDiffers ? [{ client: 'semantic', ...one, theirs: address, ours: ours.semantic }] : [];
      return [
        ...other,
        ...(['cache', 'router', 'coordination'] as const).flatMap((client) => {
          const said = comparable(theirs?.[client] ?? null);
          return JSON.stringify(said) === JSON.stringify(ours[client]) ? [] : [{ client, ...one, theirs: said, ours: ours[client] }];
        }),
      ];
    });
    expect(disagreements).toEqual([]);
    expect(real.filter(({ cache }) => cache !== null && 'arguments' in cache).length).toBeGreaterThan(100);
    expect(real.filter(({ cache }) => cache !== null && 'raises' in cache).length).toBeGreaterThan(70);
    expect(real.filter(({ semantic }) => semantic !== null && 'raises' in semantic).length).toBeGreaterThan(10);
    expect(real.filter(({ semantic }) => semantic !== null && 'url' in semantic && semantic.url !== null).length).toBeGreaterThan(5);
  });
});

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
