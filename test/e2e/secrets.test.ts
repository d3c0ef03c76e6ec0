import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startExporter } from '../../dev/exporter.ts';
import { freePort } from '../../dev/process.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/gateway.ts';
import { forThisFile } from '../support/lifetime.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { startRedis } from '../support/redis.ts';

/** Everything that the exporter says while it works, fails and is asked, with every secret of the run beside it. */
describe('no output holds a secret', () => {
  const secrets = {
    'password of the exporter': `exporter-${randomBytes(12).toString('hex')}`,
    'password of the gateway': `gateway-${randomBytes(12).toString('hex')}`,
    'refused password of a canary': `refused-${randomBytes(12).toString('hex')}`,
    'password typed as a user name': `typed-${randomBytes(12).toString('hex')}`,
    'password in a URL': `inurl-${randomBytes(12).toString('hex')}`,
  };
  const outputs: Record<string, string> = {};
  let apiKey: string;

  beforeAll(async () => {
    const redis = await startRedis({ args: ['--requirepass', secrets['password of the exporter']] });
    await redis.command('ACL', 'SETUSER', 'litellm', 'on', `>${secrets['password of the gateway']}`, '~*', '&*', '+@all');
    // This release shows the password of its Redis in the body of /cache/ping.
    const gateway = await startGateway({
      release: '1.80.9',
      redis: { port: redis.port, username: 'litellm', password: secrets['password of the gateway'] },
    });
    apiKey = gateway.apiKey;
    const ping = await fetch(`${gateway.url}/cache/ping`, { headers: { authorization: `Bearer ${apiKey}` } }).then((answer) =>
      answer.text(),
    );
    expect(ping).toContain(secrets['password of the gateway'].slice(-4));
    const receiver = await startOtlpReceiver();
    const exporter = await forThisFile(
      startExporter(
        await freePort(),
        {
          redis: [
            {
              name: 'cache',
              url: redis.url,
              password_file: 'exporter-password',
              interval: '1s',
              canaries: [
                { name: 'litellm', username: 'litellm', password: secrets['password of the gateway'] },
                { name: 'refused', username: 'litellm', password: secrets['refused password of a canary'] },
              ],
            },
            { name: 'other', url: `redis://:${secrets['password in a URL']}@127.0.0.1:${redis.port}`, interval: '1s' },
          ],
          gateways: [
            {
              name: 'litellm',
              url: gateway.url,
              api_key: apiKey,
              redis: 'cache',
              model: 'cache-probe',
              interval: '4s',
              price_per_pair_usd: 0,
              routes: ['completions', 'chat', 'chat_stream'],
            },
            {
              name: 'wrong-key',
              url: gateway.url,
              api_key: `${apiKey}-wrong`,
              redis: 'cache',
              model: 'cache-probe',
              interval: '4s',
              price_per_pair_usd: 0,
            },
          ],
          traces: { endpoint: receiver.url },
          metrics: { otlp: { endpoint: receiver.url, interval: '1s' } },
          log: { level: 'trace' },
        },
        { 'exporter-password': secrets['password of the exporter'] },
      ),
    );
    const page = (path: string, accept = '*/*') => fetch(`${exporter.url}${path}`, { headers: { accept } }).then((answer) => answer.text());
    await eventually(async () => (await page('/metrics')).includes('llm_cache_verdict{gateway="litellm",verdict="working"} 1'), 30_000);
    // Somebody types a password where the user name belongs.
    await redis.command('ACL', 'LOG', 'RESET');
    const { Redis } = await import('ioredis');
    const typist = new Redis({
      port: redis.port,
      lazyConnect: true,
      username: secrets['password typed as a user name'],
      password: 'x',
      protocol: 2,
      retryStrategy: () => null,
    });
    typist.on('error', () => undefined);
    await typist.connect().catch(() => undefined);
    typist.disconnect();
    await eventually(
      async () =>
        /redis_auth_rejections_total\{redis_target="cache",error_type="WRONGPASS",origin="others"\} [1-9]/.test(await page('/metrics')),
      10_000,
    );
    // Then the exporter's own password is wrong, then its file is gone, then the configuration is wrong.
    await redis.command('CONFIG', 'SET', 'requirepass', randomBytes(8).toString('hex'));
    await eventually(
      async () => (await page('/metrics')).includes('redis_auth_state{redis_target="cache",credential="exporter",state="failed"} 1'),
      10_000,
    );
    await rm(join(exporter.dir, 'exporter-password'));
    await eventually(async () => exporter.log().includes('of the credential exporter cannot be read'), 10_000);
    outputs['config check with a missing secret'] = (await exporter.command('probe')).output;
    await writeFile(join(exporter.dir, 'exporter-password'), secrets['password of the exporter']);
    outputs.probe = (await exporter.command('probe')).output;
    outputs['/metrics'] = await page('/metrics');
    outputs['/metrics as OpenMetrics'] = await page('/metrics', 'application/openmetrics-text; version=1.0.0');
    outputs['status page'] = await page('/');
    outputs['status as JSON'] = await page('/api/v1/status');
    outputs['debug page'] = await page('/debug/gateways/litellm');
    await eventually(() => receiver.spans().length > 20 && receiver.metrics().length > 20, 10_000);
    await exporter.stop();
    outputs['spans and pushed metrics'] = receiver.text();
    outputs.log = exporter.log();
  }, 180_000);

  it('although there was a lot to tell', () => {
    expect(Object.entries(outputs).filter(([, text]) => text.length < 100)).toEqual([]);
    expect(outputs.log).toContain('"level":"debug"');
  });

  it.each([
    'log',
    'probe',
    'config check with a missing secret',
    '/metrics',
    '/metrics as OpenMetrics',
    'status page',
    'status as JSON',
    'debug page',
    'spans and pushed metrics',
  ])('%s', (name) => {
    const text = outputs[name] ?? '';
    const found = Object.entries({ ...secrets, 'key of the gateway': apiKey }).filter(([, secret]) => text.includes(secret));
    expect(found.map(([what]) => what)).toEqual([]);
  });
});
