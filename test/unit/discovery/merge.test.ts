import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Config, SourceConfig } from '../../../src/config/effective.ts';
import { isPlain } from '../../../src/config/lists/template.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { believe, heldBack } from '../../../src/discovery/guard.ts';
import { type Listed, MAX_TARGETS } from '../../../src/discovery/list.ts';
import { merge } from '../../../src/discovery/merge.ts';

const directory = mkdtempSync(join(tmpdir(), 'lce-merge-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function configOf(text: string): Promise<Config> {
  const file = join(directory, 'config.yaml');
  writeFileSync(file, text);
  const loaded = await loadConfig({ file, flags: {}, env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

const BASE = `
redis: [{ name: cache, url: "redis://cache:6379" }]
gateways: [{ name: fixed, url: "http://fixed:4000", model: m, price_per_pair_usd: 0 }]
discovery:
  - { file_sd: { files: [/lists/*.yaml] }, kind: gateway }
  - { http_sd: { url: "http://h/t" }, kind: gateway, class: other }
  - { file_sd: { files: [/lists/redis.json] }, kind: redis, name: servers }
classes:
  gateways:
    default: { model: cache-probe, price_per_pair_usd: 0, redis: "{{redis}}", api_key_file: "/run/secrets/{{name}}", expect: { ttl: "{{ttl}}" } }
    other: { model: "{{model}}", interval: "{{interval}}", price_per_pair_usd: 0 }
  redis:
    default: { username: exporter, password_file: "/run/secrets/redis/{{name}}" }
`;

const target = (address: string, labels: Record<string, string> = {}): Listed => ({
  address,
  labels: new Map(Object.entries(labels)),
  place: `list ${address}`,
});

function source(config: Config, index: number): SourceConfig {
  const found = config.discovery?.[index];
  if (found === undefined) throw new Error(`no source ${index}`);
  return found;
}

function messages(merged: ReturnType<typeof merge>, index = 0): string[] {
  return merged.outcomes[index]?.problems.map(({ place, message }) => `${place}: ${message}`) ?? [];
}

describe('the entries of lists', () => {
  it('are those of the file could have, with labels filled in and missing ones left away', async () => {
    const config = await configOf(BASE);
    const { config: all, gateways } = merge(config, [
      {
        source: source(config, 0),
        targets: [target('a:4000', { redis: 'cache', ttl: '5m' }), target('b', { name: 'bee', __scheme__: 'https' })],
      },
      { source: source(config, 2), targets: [target('r:6380', { name: 'sessions' })] },
    ]);
    expect(all.gateways.map(({ name, url, redis, expect: { ttl } }) => [name, url, redis, ttl])).toEqual([
      ['fixed', 'http://fixed:4000', undefined, undefined],
      ['a_4000', 'http://a:4000', 'cache', 300_000],
      ['bee', 'https://b', undefined, undefined],
    ]);
    expect(all.gateways[1]?.api_key?.file).toBe('/run/secrets/a_4000');
    expect(all.redis.map(({ name, address, password }) => [name, address?.url, password?.file])).toEqual([
      ['cache', 'redis://cache:6379', undefined],
      ['sessions', 'redis://r:6380', '/run/secrets/redis/sessions'],
    ]);
    expect([...gateways]).toEqual([
      ['a_4000', 'file_sd-0'],
      ['bee', 'file_sd-0'],
    ]);
  });

  it('lose against the file, and those of a later source against an earlier one', async () => {
    const config = await configOf(BASE);
    const merged = merge(config, [
      {
        source: source(config, 0),
        targets: [target('x:1', { name: 'fixed' }), target('a:1', { name: 'a' }), target('a:1', { name: 'a' })],
      },
      { source: source(config, 1), targets: [target('other:1', { name: 'a', model: 'm' })] },
    ]);
    expect(merged.config.gateways.map(({ name, url }) => `${name} ${url}`)).toEqual(['fixed http://fixed:4000', 'a http://a:1']);
    expect(messages(merged)).toEqual(['list x:1: fixed: the file has this name already, and wins']);
    expect(messages(merged, 1)).toEqual(['list other:1: a: file_sd-0 (list a:1) has this name already, and wins']);
    expect(merged.outcomes.map(({ refused }) => refused)).toEqual([0, 0]);
    const twice = merge(config, [{ source: source(config, 0), targets: [target('a:1', { name: 'a' }), target('b:1', { name: 'a' })] }]);
    expect([twice.config.gateways.length, twice.outcomes[0]?.refused]).toEqual([2, 1]);
  });

  it.each([
    [target('http://a:1'), 'leave the scheme away and write it into the label __scheme__'],
    [target('user:pass@a:1'), 'write user and password into the class'],
    [target('a:1/x'), 'leave the path away'],
    [target('a:0'), 'a port is a number from 1 to 65535'],
    [target('a:99999'), 'a port is a number from 1 to 65535'],
    [target(''), 'write it like 10.0.0.1:4000 or [::1]:4000'],
    [target('a b:1'), 'write it like 10.0.0.1:4000 or [::1]:4000'],
    [target('[::1]:4000'), 'give it the label name'],
    [target('a:1', { name: '../etc' }), 'change the label name'],
    [target('a:1', { name: 'a..b' }), 'change the label name'],
    [target('a:1', { redis: '../x' }), 'the label redis must be 1 to 63 letters'],
    [target('a:1', { redis: `\${env:HOME}` }), 'the label redis must be 1 to 63 letters'],
    [target('a:1', { redis: '{{name}}' }), 'the label redis must be 1 to 63 letters'],
    [target('a:1', { __scheme__: 'file' }), 'the label __scheme__ must be http or https'],
    [target('a:1', { ttl: 'soon' }), 'expect.ttl must be a duration'],
  ])('are left out where a label or address is hostile, and the others run: %o', async (hostile, part) => {
    const config = await configOf(BASE);
    const merged = merge(config, [{ source: source(config, 0), targets: [hostile, target('good:4000')] }]);
    expect(merged.config.gateways.map(({ name }) => name)).toEqual(['fixed', 'good_4000']);
    expect(messages(merged).join()).toContain(part);
    expect(merged.outcomes[0]?.refused).toBe(1);
  });

  it('name the label that a required field lacks', async () => {
    const config = await configOf(BASE);
    const merged = merge(config, [{ source: source(config, 1), targets: [target('a:1'), target('b:1', { model: 'm', interval: '7x' })] }]);
    expect(messages(merged)[0]).toBe('list a:1: a:1: model is missing, because it has no label model');
    expect(messages(merged)[1]).toContain('interval must be a duration');
  });

  it('are watched without a target that there is not yet', async () => {
    const config = await configOf(BASE);
    const gateway = { source: source(config, 0), targets: [target('a:1', { redis: 'late' })] };
    const without = merge(config, [gateway]);
    expect([without.config.gateways[1]?.redis, messages(without)]).toEqual([
      undefined,
      ['list a:1: a_1: no target is named late; it is watched without one'],
    ]);
    const later = merge(config, [gateway, { source: source(config, 2), targets: [target('r:1', { name: 'late' })] }]);
    expect(later.config.gateways[1]?.redis).toBe('late');
  });

  it('are bounded, and what is wrong with many of them is counted', async () => {
    const config = await configOf(BASE);
    const many = Array.from({ length: MAX_TARGETS }, (_, index) => target(`h${index}:1`));
    const { config: all, outcomes } = merge(config, [{ source: source(config, 0), targets: many }]);
    expect([all.gateways.length, outcomes[0]?.refused]).toEqual([MAX_TARGETS, 1]);
    const bad = merge(config, [{ source: source(config, 0), targets: many.slice(0, 500).map(({ address }) => target(`${address}/x`)) }]);
    expect([bad.outcomes[0]?.refused, bad.outcomes[0]?.problems.length, bad.outcomes[0]?.untold]).toEqual([500, 20, 480]);
  });

  it('never lead a file out of its folder, whatever the labels are', async () => {
    const config = await configOf(BASE);
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom('..', '.', '../x', 'a/../b', '/etc/passwd', 'a\0b', 'a\nb', 'ok', 'a.b', '%2e%2e'),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('name', 'redis', 'ttl', '__scheme__', '__proto__'), hostile),
        hostile,
        (labels, address) => {
          const merged = merge(config, [{ source: source(config, 0), targets: [target(address, labels)] }]);
          const [, made] = merged.config.gateways;
          if (made === undefined) expect(merged.outcomes[0]?.refused === 1 || labels.name === 'fixed').toBe(true);
          else {
            expect(isPlain(made.name)).toBe(true);
            expect(normalize(made.api_key?.file ?? '')).toBe(`/run/secrets/${made.name}`);
            expect(made.name).not.toMatch(/[/\0\n]/);
          }
          for (const { message } of merged.outcomes[0]?.problems ?? []) expect(message).toMatch(/^[ -~]*$/);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the guard against a list that shrinks', () => {
  const list = (...names: string[]) => names.map((name) => target(name));
  const names = (targets: readonly Listed[] | undefined) => targets?.map(({ address }) => address).join('');
  const FULL = list('a', 'b', 'c', 'd');

  it('believes a loss of half, and any loss of fewer than four', () => {
    expect(names(believe({ targets: FULL }, list('a', 'b'), 0, 60).targets)).toBe('ab');
    expect(names(believe({ targets: list('a', 'b', 'c') }, [], 0, 60).targets)).toBe('');
    expect(names(believe({ targets: undefined }, [], 0, 60).targets)).toBe('');
  });

  it('holds back a greater loss until the same is said one interval later', () => {
    const first = believe({ targets: FULL }, list('a'), 0, 60);
    expect([names(first.targets), heldBack(first)]).toEqual(['abcd', 3]);
    const early = believe(first, list('a'), 59, 60);
    expect(names(early.targets)).toBe('abcd');
    const other = believe(early, list('b'), 60, 60);
    expect([names(other.targets), names(believe(other, list('b'), 119, 60).targets)]).toEqual(['abcd', 'abcd']);
    expect(names(believe(other, list('b'), 120, 60).targets)).toBe('b');
    const well = believe(early, FULL, 60, 60);
    expect([heldBack(well), names(believe(well, list('a'), 200, 60).targets)]).toEqual([0, 'abcd']);
  });

  it('believes a source that became smaller and goes on to change', () => {
    const many = Array.from({ length: 20 }, (_, index) => `t${index}-`);
    let believed = believe({ targets: list(...many) }, list(...many.slice(0, 8)), 0, 60);
    for (let now = 10; now < 60; now += 10) {
      believed = believe(believed, list(...many.slice(0, 7), `new${now}-`), now, 60);
      expect(believed.targets).toHaveLength(20);
    }
    expect(names(believe(believed, list(...many.slice(0, 7), 'last-'), 60, 60).targets)).toBe(`${many.slice(0, 7).join('')}last-`);
  });

  it('waits anew where a list that had lost all names some', () => {
    const nothing = believe({ targets: FULL }, [], 0, 60);
    expect(names(believe(nothing, list('a'), 60, 60).targets)).toBe('abcd');
  });

  it('sees that as many are others', () => {
    expect(names(believe({ targets: FULL }, list('e', 'f', 'g', 'h'), 0, 60).targets)).toBe('abcd');
    expect(names(believe({ targets: FULL }, list('a', 'b', 'g', 'h'), 0, 60).targets)).toBe('abgh');
  });
});
