import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCompose } from '../../../src/doctor/evidence/compose/compose.ts';
import { type Lookup, UNKNOWN, UNSET } from '../../../src/doctor/evidence/variables/variable-value.ts';
import { placeText } from '../../../src/doctor/place.ts';

const env: Lookup = (name) => (name === 'PASSWORD' ? { kind: 'value', value: 'p$w' } : name === 'SECRET' ? UNKNOWN : UNSET);

function read(texts: string | string[], files: Record<string, string> = {}) {
  const list = [texts].flat().map((text, index) => ({ text, file: `compose${index === 0 ? '' : index}.yaml` }));
  return readCompose(list, env, (path) => (files[path] === undefined ? undefined : { text: files[path], file: path }));
}

function variables(text: string | string[], files: Record<string, string> = {}): string[] {
  return read(text, files).services.flatMap((service) =>
    service.variables.map(({ name, value, source, place }) => `${name}=${value?.reveal()} ${source} ${placeText(place)}`),
  );
}

describe('a compose file', () => {
  it('gives the variables of a map, with values, from outside, and not to be told', () => {
    const text = `services:\n  a:\n    environment:\n      A: 1\n      B: \${PASSWORD}\n      PASSWORD:\n      NONE:\n      C: x\${SECRET}\n      D: $$5\n      E: true\n`;
    expect(variables(text)).toEqual([
      'A=1 compose compose.yaml:4:7',
      'B=p$w compose compose.yaml:5:7',
      'PASSWORD=p$w compose compose.yaml:6:7',
      'C=undefined compose compose.yaml:8:7',
      'D=$5 compose compose.yaml:9:7',
      'E=true compose compose.yaml:10:7',
    ]);
  });

  it('gives the variables of a list', () => {
    expect(
      variables(`services:\n  a:\n    environment:\n      - A=1=2\n      - PASSWORD\n      - NONE\n      - B=\${SECRET:-d}\n`),
    ).toEqual(['A=1=2 compose compose.yaml:4:9', 'PASSWORD=p$w compose compose.yaml:5:9', 'B=d compose compose.yaml:7:9']);
  });

  it.each([
    ['env_file: a.env', ['A=1 compose_env_file a.env:1:1', 'B=2 compose compose.yaml:5:7']],
    ['env_file: [a.env]', ['A=1 compose_env_file a.env:1:1', 'B=2 compose compose.yaml:5:7']],
    ['env_file: [{path: a.env, required: false}]', ['A=1 compose_env_file a.env:1:1', 'B=2 compose compose.yaml:5:7']],
    ['env_file: [{path: none.env, required: false}]', ['B=2 compose compose.yaml:5:7']],
  ])('reads %s below its environment', (line, expected) => {
    expect(variables(`services:\n  a:\n    ${line}\n    environment:\n      B: 2\n`, { 'a.env': 'A=1' })).toEqual(expected);
  });

  it.each([
    ['"6379:6379"', '0.0.0.0 6379 6379'],
    ['6379', '0.0.0.0 undefined 6379'],
    ['"127.0.0.1:6380:6379/tcp"', '127.0.0.1 6380 6379'],
    ['"[::1]:6380:6379"', '::1 6380 6379'],
    ['"127.0.0.1::6379"', '127.0.0.1 undefined 6379'],
    ['"3000-3005:3000-3005"', '0.0.0.0 3000-3005 3000-3005'],
    ['{target: 6379, published: "6380", host_ip: 10.0.0.1}', '10.0.0.1 6380 6379'],
    ['{target: 6379}', '0.0.0.0 undefined 6379'],
  ])('reads the port %s', (port, expected) => {
    const [service] = read(`services:\n  a:\n    ports:\n      - ${port}\n`).services;
    expect(service?.ports.map(({ host, published, target }) => `${host} ${published} ${target}`)).toEqual([expected]);
    expect(service?.ports[0]?.place).toEqual({ source: 'compose.yaml', line: 4, column: 9 });
  });

  it.each([
    ['command: redis-server --requirepass "a b" --port 6380', ['redis-server', '--requirepass', 'a b', '--port', '6380']],
    ["command: sh -c 'exec redis-server'", ['sh', '-c', 'exec redis-server']],
    ['command: ["redis-server", "--port", 6380]', ['redis-server', '--port', '6380']],
    ['{entrypoint: [a, b], command: c d}', ['a', 'b', 'c', 'd']],
  ])('reads the words of %s', (line, expected) => {
    expect(read(`services:\n  a: ${line.startsWith('{') ? line : `\n    ${line}`}\n`).services[0]?.command).toEqual(expected);
  });

  it('lays later files over earlier ones and knows which said what', () => {
    const { services } = read([
      'services:\n  a:\n    image: one\n    command: [x]\n    environment: {A: 1, B: 1}\n    ports: ["1:1"]\n',
      'services:\n  a:\n    command: [y]\n    environment: {B: 2}\n    ports: ["2:2"]\n    deploy: {replicas: 3}\n  b:\n    image: two\n',
    ]);
    const [a] = services;
    expect(services.map(({ name }) => name)).toEqual(['a', 'b']);
    expect([a?.image, a?.command, a?.replicas]).toEqual(['one', ['y'], 3]);
    expect(a?.ports.map(({ target }) => target)).toEqual(['1', '2']);
    expect(a?.variables.map(({ name, value }) => `${name}=${value?.reveal()}`)).toEqual(['A=1', 'B=1', 'B=2']);
    expect(['image', 'command', 'deploy'].map((key) => placeText(a?.place([key]) ?? { source: '' }))).toEqual([
      'compose.yaml:3:5',
      'compose1.yaml:3:5',
      'compose1.yaml:6:5',
    ]);
  });

  it.each([
    ['command', '[x]', '[y]', ['y']],
    ['entrypoint', '[x]', '[y]', ['y']],
    ['entrypoint', '[x, --one]', 'y --two', ['y', '--two']],
    ['entrypoint', '[x]', '[]', []],
  ])('replaces the %s %s as a whole by %s', (key, below, above, expected) => {
    const { services } = read([`services:\n  a:\n    ${key}: ${below}\n`, `services:\n  a:\n    ${key}: ${above}\n`]);
    expect(services[0]?.command).toEqual(expected);
  });

  it('follows anchors and merges', () => {
    const text =
      'x-env: &env\n  A: 1\n  B: 1\nservices:\n  a:\n    environment:\n      <<: *env\n      B: 2\n    volumes: [data:/data, /only, ./x:/y:ro, {source: s, target: /t}]\n';
    expect(variables(text).map((line) => line.split(' ')[0])).toEqual(['A=1', 'B=2']);
    expect(read(text).services[0]?.volumes).toEqual([
      { source: 'data', target: '/data' },
      { source: '', target: '/only' },
      { source: './x', target: '/y', path: 'x' },
      { source: 's', target: '/t' },
    ]);
  });

  it('says what it could not follow, and what Compose refuses', () => {
    const { gaps, problems, services } = read('include: [x.yaml]\nservices:\n  a:\n    extends: {service: b}\n    image: "x$ y"\n');
    expect(gaps.map(({ message, place }) => `${placeText(place)} ${message}`)).toEqual([
      'compose.yaml:1:11 includes x.yaml, which was not found here',
      'compose.yaml:4:5 service a extends b, which compose.yaml does not have',
    ]);
    expect(problems).toEqual([
      {
        path: 'services.a.image',
        message: 'has a $ that is no variable',
        suggestion: 'write $$ for a dollar sign',
        at: { file: 'compose.yaml', line: 5, column: 5 },
      },
    ]);
    expect(services[0]?.image).toBe('x$ y');
  });

  it.each([
    'image',
    'command',
    'environment',
    'env_file',
    'ports',
    'volumes',
    'deploy',
    'scale',
    'extends',
    'build',
    'networks',
    'configs',
    'expose',
  ])('takes keys of objects in %s for text', (key) => {
    const odd = JSON.parse('{"toString":1,"valueOf":1}');
    for (const value of [odd, [odd], { service: odd, args: odd, replicas: odd, path: odd }])
      expect(read(JSON.stringify({ include: [odd], services: { a: { [key]: value } } })).services).toHaveLength(1);
  });

  it('never throws, whatever a service holds', () => {
    const odd: fc.Arbitrary<unknown> = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(`\${`, '$A', ':', '1:2:3:4', null, [[]], { a: null }),
    );
    const keys = ['image', 'command', 'entrypoint', 'environment', 'env_file', 'ports', 'volumes', 'deploy', 'scale', 'extends'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), odd), (service) => {
        for (const { variables: found } of read(JSON.stringify({ services: { a: service } })).services)
          for (const { place } of found) expect(place.line).toBe(1);
      }),
    );
  });
});
