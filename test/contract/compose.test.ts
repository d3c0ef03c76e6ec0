import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GATEWAY_RELEASE } from '../../dev/gateway.ts';
import { REDIS_RELEASE } from '../../dev/redis.ts';
import { aclRules, censusRules } from '../../src/collectors/acl/acl.ts';
import { DEPLOY, makeSecrets, readCompose, type Secrets, shipped } from '../support/compose.ts';

const { services, networks, volumes } = readCompose();
const every = Object.entries(services);
const lasting = every.filter(([name]) => name !== 'secrets');
const version: string = JSON.parse(readFileSync(join(DEPLOY, '../package.json'), 'utf8')).version;

/** The named volumes that a service mounts, with the path in its container. */
function namedVolumes(name: string): [string, string][] {
  const mounts = services[name]?.volumes?.map((mount) => mount.split(':')) ?? [];
  return mounts.flatMap(([source = '', path = '']) => (source.startsWith('.') ? [] : [[source, path]]));
}

describe('compose.yaml', () => {
  it('names every image by an exact version', () => {
    const loose = every.map(([, { image }]) => image).filter((image) => !/:v?\d+\.\d+\.\d+(-[a-z]+)?$/.test(image));
    expect(loose).toEqual([]);
    expect(services.exporter?.image).toBe(`litellm-cache-exporter:${version}`);
    expect(readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8')).toContain(`org.opencontainers.image.version="${version}"`);
  });

  it('runs the releases that its test runs', () => {
    expect(GATEWAY_RELEASE).toContain(shipped('litellm', GATEWAY_RELEASE));
    expect(REDIS_RELEASE).toContain(shipped('redis', REDIS_RELEASE));
    const test = readFileSync(join(DEPLOY, '../test/e2e/compose.test.ts'), 'utf8');
    // A release that is written there would be another one some day.
    expect(test.match(/\b(?:install|redisServer)\('[^']*'/g)).toBeNull();
    expect(() => shipped('litellm', ['1.0.0'])).toThrow('dev/ installs only 1.0.0');
  });

  it.each(every)('lets %s do no more than it has to', (_, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.logging).toEqual({ driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } });
  });

  it('runs nothing as root but what hands out the secrets, which has no network and one capability', () => {
    const dockerfile = readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8');
    const users = Object.fromEntries(every.map(([name, { user }]) => [name, user ?? /^USER (.*)$/m.exec(dockerfile)?.[1]]));
    expect(Object.entries(users).filter(([, user]) => user?.startsWith('0:'))).toEqual([['secrets', '0:0']]);
    expect(Object.values(users)).not.toContain(undefined);
    expect(services.secrets).toMatchObject({ network_mode: 'none', cap_add: ['CHOWN'], restart: 'no' });
    expect(lasting.filter(([, { cap_add }]) => cap_add !== undefined)).toEqual([]);
  });

  it('publishes on the loopback interface only, and Redis not at all', () => {
    const ports = every.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(5);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(services.redis?.ports).toBeUndefined();
    expect(services.redis?.networks).toEqual(['cache']);
    expect(networks.cache).toEqual({ internal: true });
  });

  it('restarts and checks everything that lasts, and starts it in order', () => {
    // The check of the exporter is in its image.
    const unchecked = lasting.filter(([, { healthcheck }]) => healthcheck === undefined).map(([name]) => name);
    expect(unchecked).toEqual(['exporter']);
    expect(readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8')).toMatch(/^HEALTHCHECK /m);
    expect(lasting.filter(([, { restart }]) => restart !== 'unless-stopped')).toEqual([]);
    const waiting = lasting.filter(([, { depends_on }]) => depends_on?.secrets !== undefined).map(([name]) => name);
    const keeping = lasting.map(([name]) => name).filter((name) => namedVolumes(name).some(([volume]) => volume.endsWith('-secrets')));
    expect(waiting).toEqual(keeping);
    expect(new Set(lasting.map(([, { depends_on }]) => depends_on?.secrets?.condition))).toEqual(
      new Set(['service_completed_successfully', undefined]),
    );
  });

  it('has no password in it', () => {
    const text = ['compose.yaml', 'compose/litellm.yaml', 'compose/exporter.yaml', 'compose/redis.conf', 'prometheus/prometheus.yml']
      .map((file) => readFileSync(join(DEPLOY, file), 'utf8'))
      .join('\n');
    const given = [...text.matchAll(/^ *["-]*\s*\w*(?:password|secret|token|master_key)\w*["']?: +(.+)$/gim)].map(
      ([, value = '']) => value,
    );
    expect(given.length).toBeGreaterThan(4);
    expect(given.filter((value) => !/^(\/run\/secrets\/|os\.environ\/|&|\{)/.test(value))).toEqual([]);
  });

  it('mounts files to be read only, and every volume that it declares', () => {
    const files = every.flatMap(([, service]) => service.volumes ?? []).filter((mount) => mount.startsWith('.'));
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((mount) => !mount.endsWith(':ro'))).toEqual([]);
    const named = new Set(every.flatMap(([name]) => namedVolumes(name).map(([volume]) => volume)));
    expect([...named].sort()).toEqual(Object.keys(volumes).sort());
  });
});

describe('the secrets of compose.yaml', () => {
  let scratch: string;
  let secrets: Secrets;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'lce-secrets-'));
    secrets = await makeSecrets(scratch);
  });
  afterAll(() => rm(scratch, { recursive: true }));

  it('belong to the users that the services run as, and nobody else may read them', async () => {
    const dockerfile = readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8');
    const wrong = Object.entries(secrets.owners).filter(([path, owner]) => {
      const [name = ''] = path.split('/');
      return owner !== (services[name]?.user ?? /^USER (.*)$/m.exec(dockerfile)?.[1]);
    });
    expect(wrong).toEqual([]);
    for (const path of Object.keys(secrets.owners)) expect((await stat(join(secrets.folder, path))).mode & 0o777, path).toBe(0o600);
  });

  it('are what the services look for, each in its own volume', () => {
    const text = every.map(([name, service]) => [name, JSON.stringify(service)] as const);
    const config = (name: string) => ['.yaml', '.conf', '.sh'].map((end) => join(DEPLOY, 'compose', name + end)).filter(existsSync);
    const wanted = text.flatMap(([name, own]) => {
      const sources = [own, ...config(name).map((file) => readFileSync(file, 'utf8'))].join('\n');
      const paths = [...sources.matchAll(/(?:\/run\/secrets|\$folder)\/(\w[\w.]*)/g)].map(([, file = '']) => `${name}/${file}`);
      return paths;
    });
    const prometheus = readFileSync(join(DEPLOY, 'prometheus/prometheus.yml'), 'utf8').matchAll(/secrets\/(\w+)/g);
    for (const [, file = ''] of prometheus) wanted.push(`prometheus/${file}`);
    // For people: `redis-cli --user admin`.
    const made = Object.keys(secrets.owners).filter((path) => path !== 'redis/admin' && !path.startsWith('alertmanager/'));
    expect(made.sort()).toEqual([...new Set(wanted)].sort());
    expect(namedVolumes('secrets').map(([volume, path]) => [volume.replace(/-?secrets$/, '') || 'kept', path])).toEqual(
      ['kept', 'redis', 'litellm', 'exporter', 'prometheus', 'alertmanager', 'grafana'].map((name) => [name, `/secrets/${name}`]),
    );
  });

  it('are random, long, and the same at the next start', async () => {
    const read = () => Promise.all(Object.keys(secrets.owners).map(async (path) => [path, await secrets.read(path)] as const));
    const before = await read();
    expect(new Set(before.filter(([path]) => path !== 'redis/users.acl').map(([, text]) => text.replace('sk-', ''))).size).toBe(9);
    for (const [path, text] of before) if (path !== 'redis/users.acl') expect(text, path).toMatch(/^(sk-)?[0-9a-f]{48}$/);
    await makeSecrets(scratch);
    expect(await read()).toEqual(before);
  });

  it('give the exporter the rights that docs/redis-acl.md names, and Redis no password but as a hash', async () => {
    const rules = (await secrets.read('redis/users.acl')).trim().split('\n');
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const exporter =
      rules
        .find((rule) => rule.startsWith('user exporter '))
        ?.split(' ')
        .slice(2) ?? [];
    const wanted = [...aclRules(shipped('redis', REDIS_RELEASE)), ...censusRules(), `#${hash(await secrets.read('exporter/redis'))}`];
    expect([...exporter].sort()).toEqual([...new Set(wanted)].sort());
    const passwords = await Promise.all(['redis/admin', 'redis/health', 'litellm/redis', 'exporter/redis'].map(secrets.read));
    expect(passwords.filter((password) => rules.join('\n').includes(password))).toEqual([]);
    expect(rules[0]).toBe('user default reset off');
  });
});
