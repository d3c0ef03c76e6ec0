import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningExporter, startExporter } from '../../dev/exporter.ts';
import { freePort, startProcess } from '../../dev/process.ts';
import { aclRules, censusRules } from '../../src/collectors/acl/acl.ts';
import type { Status } from '../../src/model/status.ts';
import { certificateAuthority, lacksOpenssl } from '../support/certificates.ts';
import { blocks, codeSpans, page, pagesIn } from '../support/documentation.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/gateway.ts';
import { forThisFile } from '../support/lifetime.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const PASSWORDS = { redis: 'the-exporter', redis_admin: 'the-administrator', litellm_redis: 'the-gateway' };
const index = page('docs/runbooks/README.md');
const runbooks = pagesIn('docs/runbooks').filter(({ path }) => path !== index.path);
const [preamble = ''] = blocks(index.text, 'sh');

/** Every block to paste, once, with the page that it is on first. */
const toPaste = new Map<string, string>();
for (const { path, text } of [...runbooks, ...pagesIn('docs/operations')])
  for (const block of blocks(text, 'sh')) if (!toPaste.has(block)) toPaste.set(block, path);

/** Every command of an administrator that a page proposes, outside of the blocks. */
const remedies = [...new Set(runbooks.flatMap(({ text }) => codeSpans(text)).filter((code) => code.startsWith('admin ')))];

/** What tells that a command was not understood, not allowed or not answered. */
const FAILURE =
  /\b(NOPERM|WRONGPASS|ERR) [a-z]|\(error\)|not found|unbound|unknown (command|option|subcommand)|error:|\binvalid\b|usage:|curl:/i;

describe.skipIf(lacksOpenssl() || (await lacksRedis('7.0.15')))('the runbooks', () => {
  let folder = '';
  let redis: RunningRedis;
  let exporter: RunningExporter;
  let substitutions: [string, string][] = [];

  /** What a shell prints that was prepared as the runbooks say, with the names of this stack. The exporter is run once with the same words. */
  async function pasted(commands: string): Promise<string> {
    const script = substitutions.reduce((text, [from, to]) => text.replaceAll(from, to), `${preamble}\n${commands}`);
    const once = `said="$HOME/\${*//[^a-z]/_}"; [ -e "$said" ] || "${process.execPath}" "${MAIN}" "$@" > "$said" 2>&1; cat "$said"`;
    const env = { PATH: process.env.PATH ?? '', HOME: folder, NO_COLOR: '1', REDIS_HOST: 'cache' };
    const args = ['--norc', '-uc', `litellm-cache-exporter() { ${once}; }\n{ ${script}\n} 2>&1`];
    const shell = startProcess('bash', args, { cwd: folder, env });
    await shell.ended;
    return shell.log();
  }

  async function prepared(server: RunningRedis): Promise<void> {
    await server.command('ACL', 'SETUSER', 'exporter', ...aclRules(server.release), ...censusRules(), `>${PASSWORDS.redis}`);
    await server.command('ACL', 'SETUSER', 'admin', 'on', '~*', '&*', '+@all', `>${PASSWORDS.redis_admin}`);
    const litellm = ['on', '~litellm:*', '&litellm:*', '+@all', '-@admin', '-@dangerous', '+info', '+client|list'];
    await server.command('ACL', 'SETUSER', 'litellm', ...litellm, `>${PASSWORDS.litellm_redis}`);
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lce-runbooks-'));
    const certificate = certificateAuthority(folder, 'authority').sign('cache');
    const tlsPort = await freePort();
    const tls = ['--tls-port', tlsPort, '--tls-cert-file', certificate.certFile, '--tls-key-file', certificate.keyFile].map(String);
    redis = await startRedis({ release: '7.0.15', args: ['--requirepass', 'x', '--tls-auth-clients', 'no', ...tls] });
    await prepared(redis);
    const gateway = await startGateway({
      redis: { port: redis.port, username: 'litellm', password: PASSWORDS.litellm_redis },
      config: { litellm_settings: { cache_params: { namespace: 'litellm' } } },
    });
    const receiver = await startOtlpReceiver();
    const secrets = { ...PASSWORDS, litellm_key: gateway.apiKey };
    for (const [name, secret] of Object.entries(secrets)) await writeFile(join(folder, name), `${secret}\n`);
    const file = (name: string) => join(folder, name);
    const config = {
      redis: [
        {
          name: 'cache',
          url: redis.url,
          username: 'exporter',
          password_file: file('redis'),
          canaries: [{ name: 'litellm', username: 'litellm', password_file: file('litellm_redis') }],
          interval: '2s',
        },
      ],
      gateways: [
        {
          name: 'litellm',
          url: gateway.url,
          api_key_file: file('litellm_key'),
          redis: 'cache',
          model: 'cache-probe',
          price_per_pair_usd: 0,
          interval: '2s',
          expect: { ttl: '120s' },
        },
      ],
      traces: { endpoint: receiver.url },
    };
    exporter = await forThisFile(startExporter(await freePort(), config, {}));
    substitutions = [
      ['http://127.0.0.1:9464', exporter.url],
      ['/etc/litellm-cache-exporter/config.yaml', exporter.configFile],
      ['http://litellm:4000', gateway.url],
      ['http://jaeger:4318', receiver.url],
      ['/run/secrets', folder],
      ['-h cache -p 6379', `-h 127.0.0.1 -p ${redis.port}`],
      ['cache:6379', `127.0.0.1:${tlsPort}`],
    ];
    await eventually(async () => /verdict="working"\} 1/.test(await exporter.metrics()), 30_000);
    await eventually(() => receiver.spans().length > 0, 10_000);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([...toPaste].map(([block, path]) => ({ path, block, first: block.split('\n')[0] })))(
    'have commands that work in $path: $first',
    async ({ block }) => {
      // What purging is to find: an answer that never ends.
      await redis.command('SET', `litellm:${'0'.repeat(64)}`, 'x');
      const said = await pasted(block);
      expect(said).not.toMatch(FAILURE);
      expect(said).not.toBe('');
    },
  );

  it('tell with the first command that the cache works, and that its key is in Redis', async () => {
    const report = await pasted('litellm-cache-exporter probe litellm -c $config');
    expect(report).toMatch(/^litellm {2}WORKING/);
    expect(report).toMatch(/completions +hit, in Redis/);
  });

  it('rotate a password without a refusal, and find the gateway that was forgotten', async () => {
    const steps = codeSpans(page('docs/operations/rotation.md').text).filter((code) => code.startsWith('admin ACL SETUSER litellm'));
    const [add = '', remove = '', letIn = ''] = steps;
    const run = (step: string) => pasted(step.replace('NEW_PASSWORD', 'the-next').replace('OLD_PASSWORD', PASSWORDS.litellm_redis));
    const now = async () => {
      const { gateways, targets }: Status = JSON.parse(await (await fetch(`${exporter.url}/api/v1/status`)).text());
      const [gateway, target] = [gateways[0], targets[0]];
      const canary = target?.credentials.find(({ credential }) => credential === 'litellm');
      return { verdict: gateway?.verdict, cause: gateway?.cause, canary: canary?.state, at: canary?.lastSuccessAt ?? 0, target };
    };
    const refused = async () => (await now()).target?.rejectionsOfOthers.WRONGPASS ?? 0;
    /** What is shown once the canary was tried on a fresh connection, and a pair was sent, after this moment. */
    const later = async () => {
      const start = Date.now();
      await eventually(async () => (await now()).at > start + 2_000, 10_000);
      return now();
    };
    const before = await refused();

    expect(await run(add)).toBe('OK\n');
    await writeFile(join(folder, 'litellm_redis'), 'the-next\n');
    expect(await later()).toMatchObject({ verdict: 'working', canary: 'ok' });
    expect(await run(remove)).toBe('OK\n');
    expect(await later()).toMatchObject({ verdict: 'working', canary: 'ok' });
    expect(await refused()).toBe(before);

    await redis.command('CLIENT', 'KILL', 'USER', 'litellm');
    const causes = new Set<string | null | undefined>();
    await eventually(async () => {
      const { verdict, cause } = await now();
      if (verdict === 'memory_only') causes.add(cause);
      return causes.has('redis_auth');
    }, 30_000);
    expect([...causes].filter((cause) => cause !== 'redis_auth' && cause !== 'undetermined')).toEqual([]);
    expect(await now()).toMatchObject({ canary: 'ok' });
    await eventually(async () => (await refused()) > before, 10_000);
    expect(await run(letIn)).toBe('OK\n');
    await eventually(async () => (await now()).verdict === 'working', 15_000);
  });

  it('propose commands that Redis takes', async () => {
    const other = await startRedis({ release: '7.0.15', args: ['--requirepass', 'x'] });
    await prepared(other);
    substitutions = [...substitutions.filter(([from]) => !from.startsWith('-h ')), ['-h cache -p 6379', `-h 127.0.0.1 -p ${other.port}`]];
    expect(remedies.length).toBeGreaterThan(10);
    // Without a file for its users or its configuration a server can save neither, the machine may allow few clients, and this server is
    // not part of a cluster.
    const excused =
      /not configured to use an ACL file|running without a config file|cluster support disabled|operating system is not able to handle/;
    for (const remedy of remedies) {
      const said = await pasted(remedy);
      expect({ remedy, refused: FAILURE.test(said) && !excused.test(said), said }).toEqual({ remedy, refused: false, said });
    }
  });
});
