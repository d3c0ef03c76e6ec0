import { describe, expect, it } from 'vitest';
import { examine } from '../../../src/doctor/examination.ts';
import { endpoints, formOf, logsIn } from '../../../src/doctor/facts/endpoints.ts';
import { RULES } from '../../../src/doctor/rules/index.ts';
import { setupOf } from '../../support/doctor-setup.ts';

const RELEASES = ['1.80.9', '1.92.2', '1.93.0', '1.104.2', '1.106.0', '1.110.2'] as const;
const CLIENTS = ['cache', 'router', 'coordination', 'semantic'] as const;
const FORMS = ['host', 'url', 'cluster', 'sentinel'] as const;

/** The settings of a client, in flow style; undefined where LiteLLM has no such form. */
function written(client: (typeof CLIENTS)[number], form: (typeof FORMS)[number], host: string, more = ''): string | undefined {
  const q = JSON.stringify;
  const address = {
    host: `host: ${q(host)}, port: 6379`,
    url: `url: ${q(`redis://${host}:6379`)}`,
    cluster: `${client === 'cache' ? 'redis_startup_nodes' : 'startup_nodes'}: [{ host: ${q(host)}, port: 6379 }]`,
    sentinel: `service_name: m, sentinel_nodes: [[${q(host)}, 26379]]`,
  }[form];
  if (client === 'cache') return `litellm_settings: { cache: true, cache_params: { type: redis, ${address}${more} } }\n`;
  if (client === 'coordination') return `general_settings: { coordination_redis: { ${address}${more} } }\n`;
  if (client === 'router') {
    const own = form === 'host' ? `redis_host: ${q(host)}, redis_port: 6379` : `redis_url: ${q(`redis://${host}:6379`)}`;
    return form === 'host' || form === 'url' ? `router_settings: { ${own}${more.replace(', ', ', redis_')} }\n` : undefined;
  }
  const params = `type: redis-semantic, similarity_threshold: 0.9, ${form === 'url' ? `redis_url: ${q(`redis://${host}:6379`)}` : `host: ${q(host)}, port: 6379, password: os.environ/WORD`}`;
  return form === 'host' || form === 'url' ? `litellm_settings: { cache: true, cache_params: { ${params} } }\n` : undefined;
}

const CELLS = CLIENTS.flatMap((client) => FORMS.flatMap((form) => (written(client, form, 'h') === undefined ? [] : [{ client, form }])));

async function rulesOf(config: string, litellmVersion: string, env = 'WORD=kU3mXq8ZrT5vNc2L9bHs\n'): Promise<string[]> {
  const { findings, failed } = examine(await setupOf({ 'config.yaml': config, '.env': env }, { litellmVersion }), RULES);
  expect(failed).toEqual([]);
  return findings
    .filter(({ severity }) => severity === 'critical' || severity === 'high')
    .map(({ rule }) => rule.id)
    .filter((id) => id !== 'known-bad-release');
}

/** Before 1.93.0 there is no coordination Redis to judge. */
function isMade(client: string, release: string): boolean {
  return client !== 'coordination' || !['1.80.9', '1.92.2'].includes(release);
}

describe.each(CELLS)('the client $client in form $form', ({ client, form }) => {
  it('on another machine without TLS and password is told so, in every release', async () => {
    for (const release of RELEASES) {
      const found = await rulesOf(written(client, form, 'redis.example.org') ?? '', release);
      const hasPassword = client === 'semantic' && form === 'host';
      const expected = isMade(client, release)
        ? ['remote-without-tls', ...(hasPassword ? [] : ['redis-without-password'])]
        : ['setting-too-new'];
      for (const rule of expected) expect(found, `${release} ${rule}`).toContain(rule);
    }
  });

  it('inside of a cluster of Kubernetes is no finding, whatever the name', async () => {
    for (const release of RELEASES)
      for (const host of ['redis-master.redis.svc.cluster.local', 'sentinel-cluster', 'tls-prod-localhost']) {
        const found = await rulesOf(written(client, form, host) ?? '', release);
        expect(found, `${release} ${host}`).toEqual(isMade(client, release) ? [] : ['setting-too-new']);
      }
  });

  it('with a host that is none is told so, or that it cannot be made, and nothing else', async () => {
    if (form === 'url') return;
    for (const release of RELEASES) {
      const found = await rulesOf(written(client, form, 'redis:6379') ?? '', release);
      const expected = !isMade(client, release)
        ? 'setting-too-new'
        : client === 'semantic' && release === '1.80.9'
          ? 'client-fails'
          : 'host-malformed';
      expect(found, release).toEqual([expected]);
    }
  });

  it('with a url that redis-py refuses cannot be made', async () => {
    if (form !== 'url') return;
    for (const release of RELEASES) {
      const found = await rulesOf(written(client, form, 'redis:port') ?? '', release);
      const isLazy = client === 'semantic' && release !== '1.80.9';
      expect(found.includes('client-fails'), release).toBe(isMade(client, release) && !isLazy);
    }
  });
});

describe('a url of the environment', () => {
  it.each([
    ['cache', '1.80.9', true],
    ['cache', '1.104.2', false],
    ['router', '1.80.9', true],
    ['router', '1.92.2', true],
    ['router', '1.93.0', false],
    ['coordination', '1.104.2', false],
  ] as const)('replaces the Redis of the %s on %s: %s', async (client, release, replaces) => {
    const config = written(client, 'host', 'one', client === 'router' ? ', password: os.environ/WORD' : '') ?? '';
    const found = await rulesOf(config, release, 'WORD=kU3mXq8ZrT5vNc2L9bHs\nREDIS_URL=redis://two:6379\n');
    expect(found.includes('redis-url-hides-address')).toBe(replaces);
    if (client === 'router') expect(found.includes('redis-url-without-password')).toBe(replaces);
  });
});

describe('the matrix of clients, forms and releases', () => {
  const FORMS_OF = {
    cache: ['host', 'url', 'cluster', 'sentinel'],
    router: ['host', 'url'],
    coordination: ['host', 'url', 'cluster', 'sentinel'],
    semantic: ['host', 'url'],
  } as const;

  it('has each form that LiteLLM has', () => {
    for (const client of CLIENTS) expect(CELLS.filter((cell) => cell.client === client).map(({ form }) => form)).toEqual(FORMS_OF[client]);
  });

  it.each(CELLS.flatMap((cell) => RELEASES.map((release) => ({ ...cell, release }))))(
    '$client in form $form on $release has settings and an address, or a finding says why not',
    async ({ client, form, release }) => {
      const config = written(client, form, 'redis.example.org') ?? '';
      const setup = await setupOf({ 'config.yaml': config, '.env': 'WORD=kU3mXq8ZrT5vNc2L9bHs\n' }, { litellmVersion: release });
      const { findings } = examine(setup, RULES);
      const resolution = setup.resolutions[client];
      if (!isMade(client, release)) {
        expect(resolution.used).toBe(false);
        expect(findings.map(({ rule }) => rule.id)).toContain('setting-too-new');
        return;
      }
      expect(resolution.used).toBe(true);
      expect(resolution.failure).toBe(undefined);
      expect(endpoints(setup, client).map(({ host, port, tls }) => ({ host, port, tls }))).toEqual([
        { host: 'redis.example.org', port: form === 'sentinel' ? '26379' : '6379', tls: false },
      ]);
      expect(formOf(setup, client)).toBe(form);
      expect(typeof logsIn(setup, client)).toBe('boolean');
    },
  );
});

/** A compose project with a server behind each kind of address, so that the rules which compare both sides have two. */
function project(client: (typeof CLIENTS)[number], form: 'host' | 'url', server: string, more = '', env = ''): Record<string, string> {
  return {
    'compose.yaml': `services:\n  litellm:\n    image: ghcr.io/berriai/litellm:v1.104.2\n    command: ["--config", "/app/config.yaml"]\n    volumes: ["./config.yaml:/app/config.yaml"]\n    environment: { WORD: kU3mXq8ZrT5vNc2L9bHs${env} }\n  redis:\n    image: redis:8.2\n    command: redis-server ${server}\n`,
    'config.yaml': written(client, form, 'redis', more) ?? '',
  };
}

describe.each(CLIENTS)('both sides of the client %s', (client) => {
  const releases = RELEASES.filter((release) => isMade(client, release));
  // A semantic cache in form host always has the password of the test.
  const password = client === 'semantic' ? '' : ', password: os.environ/WORD';

  it.each(releases)('are compared on %s', async (litellmVersion) => {
    const judged = async (server: string, more = password, form: 'host' | 'url' = 'host') => {
      const { findings } = examine(await setupOf(project(client, form, server, more), { litellmVersion }), RULES);
      return findings.filter(({ rule }) => /^redis-(?:login|tls|not)/.test(rule.id)).map(({ rule }) => rule.id);
    };
    expect(await judged('--requirepass kU3mXq8ZrT5vNc2L9bHs')).toEqual([]);
    expect(await judged('--requirepass another-8ZrT5vNc2L9bHs1')).toEqual(['redis-login-refused']);
    expect(await judged('--user default off')).toEqual(['redis-login-refused']);
    expect(await judged('--maxmemory 1gb')).toEqual(['redis-login-refused']);
    expect(await judged('--requirepass kU3mXq8ZrT5vNc2L9bHs --port 0 --tls-port 6379')).toEqual(['redis-tls-mismatch']);
    expect(await judged('--requirepass kU3mXq8ZrT5vNc2L9bHs --bind 127.0.0.1')).toEqual(['redis-not-reachable']);
    expect(await judged('--requirepass kU3mXq8ZrT5vNc2L9bHs', '', 'url')).toEqual(['redis-login-refused']);
    expect(await judged('--maxmemory 1gb', '', 'url')).toEqual([]);
  });
});
