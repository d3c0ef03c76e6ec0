import { describe, expect, it } from 'vitest';
import type { EnvironmentSource, Variable } from '../../../src/doctor/environment.ts';
import { readLitellmConfig } from '../../../src/doctor/evidence/litellm-config.ts';
import { environmentOf } from '../../../src/doctor/evidence/variables/environment-of.ts';
import { placeText } from '../../../src/doctor/place.ts';
import { resolve } from '../../../src/doctor/resolve.ts';
import type { Client } from '../../../src/doctor/setup.ts';
import { Secret } from '../../../src/source/secret.ts';

function variable(name: string, value: string | undefined, source: EnvironmentSource = 'dotenv', line = 1): Variable {
  return { name, value: value === undefined ? undefined : Secret.of(value), source, place: { source: '.env', line, column: 1 } };
}

function resolution(client: Client, yaml: string, variables: Variable[], version?: string) {
  const { config } = readLitellmConfig(yaml, 'config.yaml', () => ({ reason: 'does not exist' }));
  const { used, settings, failure } = resolve(config, environmentOf(variables), version)[client];
  const lines = settings.map(({ name, value, from, place, hides }) => {
    const hidden = hides.map((below) => `${below.from}=${below.value?.reveal()}`);
    return `${name}=${value?.reveal()} from ${from} ${placeText(place)}${hidden.length === 0 ? '' : ` hides ${hidden.join(' ')}`}`;
  });
  return { used, lines, failure: failure && `${placeText(failure.place)} ${failure.message}` };
}

const FILE =
  'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: localhost\n    port: 6379\n    password: word\n';
const INCIDENT = [
  variable('REDIS_URL', 'redis://localhost:6379', 'envrc', 1),
  variable('REDIS_HOST', 'localhost', 'envrc', 2),
  variable('REDIS_PORT', '6378', 'envrc', 3),
  variable('REDIS_PASSWORD', 'word', 'envrc', 4),
];

describe('what LiteLLM will use', () => {
  it('is the url before 1.93.0, and nothing that the url hides', () => {
    expect(resolution('cache', FILE, INCIDENT, '1.80.9').lines).toEqual([
      'url=redis://localhost:6379 from REDIS_URL .env:1:1 hides cache_params.host=localhost REDIS_HOST=localhost cache_params.port=6379 ' +
        'REDIS_PORT=6378 cache_params.password=word REDIS_PASSWORD=word default=5',
    ]);
  });

  it.each(['1.93.0', undefined])('is the configured host in %s, which hides the url', (version) => {
    expect(resolution('cache', FILE, INCIDENT, version).lines).toEqual([
      'host=localhost from cache_params.host config.yaml:5:5 hides REDIS_HOST=localhost REDIS_URL=redis://localhost:6379',
      'port=6379 from cache_params.port config.yaml:6:5 hides REDIS_PORT=6378',
      'password=word from cache_params.password config.yaml:7:5 hides REDIS_PASSWORD=word',
      'socket_timeout=5 from default default of LiteLLM',
    ]);
  });

  it('is a variable where the file refers to it, which hides nothing then', () => {
    const yaml =
      'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: os.environ/REDIS_HOST\n    password: os.environ/SECRET\n';
    expect(resolution('cache', yaml, [variable('REDIS_HOST', 'h'), variable('SECRET', undefined)]).lines).toEqual([
      'host=h from cache_params.host config.yaml:5:5',
      'password=undefined from cache_params.password config.yaml:6:5',
      'socket_timeout=5 from default default of LiteLLM',
    ]);
  });

  it('is the environment for an empty cache_params', () => {
    const variables = [variable('REDIS_HOST', 'h'), variable('REDIS_SSL', 'True'), variable('REDIS_SOCKET_TIMEOUT', '1')];
    expect(resolution('cache', 'litellm_settings: {cache: true}\n', variables).lines).toEqual([
      'host=h from REDIS_HOST .env:1:1',
      'ssl=true from REDIS_SSL .env:1:1',
      'socket_timeout=5 from default default of LiteLLM hides REDIS_SOCKET_TIMEOUT=1',
    ]);
  });

  it.each([
    ['litellm_settings: {cache: true, cache_params: {mode: default_off}}\n', false, undefined],
    ['litellm_settings: {cache: true, cache_params: {type: local}}\n', false, undefined],
    ['litellm_settings: {cache: false, cache_params: {type: redis, host: h}}\n', false, undefined],
    ['cache: true\n', false, undefined],
    ['litellm_settings:\n  cache: true\n  cache_params:\n', true, 'config.yaml:3:3 cache_params has no keys below it'],
    ['litellm_settings: {cache: true}\n', true, 'environment neither a host nor a url of Redis is given'],
    [
      'litellm_settings: {cache: true, cache_params: {type: memcached}}\n',
      true,
      'config.yaml:1:48 type is no kind of cache of this release, which are local, redis, redis-semantic, qdrant-semantic, s3, gcs, azure-blob, valkey-semantic, disk',
    ],
    [
      'litellm_settings: {cache: true, cache_params: {type: redis, host: h, retries: 1}}\n',
      true,
      'config.yaml:1:70 redis-py has no argument retries: cache_params.retries stops LiteLLM at start',
    ],
  ])('%j: used %s, failure %s', (yaml, used, failure) => {
    expect(resolution('cache', yaml, [])).toMatchObject({ used, failure });
  });

  it('keeps for the router what router_settings says', () => {
    const yaml = 'router_settings:\n  redis_host: h\n  redis_port: 6380\n  redis_db: 1\n  cache_kwargs:\n    ssl: true\n';
    const expected = [
      'host=h from router_settings.redis_host config.yaml:2:3',
      'port=6380 from router_settings.redis_port config.yaml:3:3',
    ];
    const rest = ['ssl=true from cache_kwargs.ssl config.yaml:6:5', 'socket_timeout=5 from default default of LiteLLM'];
    expect(resolution('router', yaml, [], '1.80.9').lines).toEqual([...expected, ...rest]);
    expect(resolution('router', yaml, [], '1.82.0').lines).toEqual([
      ...expected,
      'db=1 from router_settings.redis_db config.yaml:4:3',
      ...rest,
    ]);
  });

  it('makes a client for coordination from 1.93.0 on: of its block, or of the environment where nothing else has one', () => {
    const yaml = 'general_settings:\n  coordination_redis:\n    host: c\n';
    expect(resolution('coordination', yaml, [], '1.92.2').used).toBe(false);
    expect(resolution('coordination', yaml, [], '1.93.0').lines[0]).toBe('host=c from coordination_redis.host config.yaml:3:5');
    expect(resolution('coordination', 'model_list: []\n', [variable('REDIS_HOST', 'h')], '1.93.0').used).toBe(false);
    expect(resolution('coordination', 'model_list: []\n', [variable('REDIS_HOST', 'h')]).lines[0]).toBe('host=h from REDIS_HOST .env:1:1');
    expect(resolution('coordination', FILE, [variable('REDIS_HOST', 'h')]).used).toBe(false);
  });

  it('marks what must not be printed', () => {
    const { config } = readLitellmConfig(
      'litellm_settings: {cache: true, cache_params: {type: redis, url: redis://:word@h}}\n',
      'c',
      () => ({ reason: '' }),
    );
    const [url] = resolve(config, environmentOf([]), undefined).cache.settings;
    expect([url?.name, url?.confidential, String(url?.value)]).toEqual(['url', true, '<secret>']);
  });
});

describe('an environment', () => {
  it('is that of the first source with a name, and of its last assignment', () => {
    const environment = environmentOf([
      variable('A', '1', 'dotenv'),
      variable('A', '2', 'process'),
      variable('A', '3', 'dotenv'),
      variable('B', '4', 'envrc'),
    ]);
    expect(environment.get('A')?.value?.reveal()).toBe('2');
    expect(environment.hidden('A').map(({ value }) => value?.reveal())).toEqual(['3', '1']);
    expect([...environment.names()].sort()).toEqual(['A', 'B']);
    expect(environment.get('C')).toBeUndefined();
  });
});

describe('a url beside the nodes of a cluster', () => {
  const yaml = (url: string) =>
    `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    url: ${url}\n    redis_startup_nodes: [{ host: a, port: 1 }]\n`;

  it.each([
    ['1.82.0', true],
    ['1.87.9', true],
    ['1.88.0', false],
    ['1.100.9', false],
    ['1.101.0', true],
    ['1.110.2', true],
  ])('is looked at by the client of a cluster in %s: %s', (version, isTaken) => {
    const { failure } = resolution('cache', yaml('redis://h:1/3'), [], version);
    expect(failure).toBe(
      isTaken ? 'config.yaml:5:5 cache_params.url names a database or a socket, which a cluster does not have' : undefined,
    );
    expect(resolution('cache', yaml('redis://h:1'), [], version).failure).toBeUndefined();
  });
});
