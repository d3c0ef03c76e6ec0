import { describe, expect, it } from 'vitest';
import { REAL_RELEASES, type ResolveCase } from '../support/litellm-resolve.ts';
import { resolveCases } from '../support/resolve-cases.ts';
import { resolveDifferences } from '../support/resolve-differences.ts';

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
    const { real, differences } = await resolveDifferences(release, cases);
    expect(differences).toEqual([]);
    expect(real.filter(({ cache }) => cache !== null && 'arguments' in cache).length).toBeGreaterThan(100);
    expect(real.filter(({ cache }) => cache !== null && 'raises' in cache).length).toBeGreaterThan(70);
    expect(real.filter(({ semantic }) => semantic !== null && 'raises' in semantic).length).toBeGreaterThan(10);
    expect(real.filter(({ semantic }) => semantic !== null && 'url' in semantic && semantic.url !== null).length).toBeGreaterThan(5);
  });
});
