import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GATEWAY_RELEASE, RECORDED_RELEASE } from '../../dev/gateway.ts';
import { CAUSE, VERDICT } from '../../src/model/cache.ts';
import { appliesTo, expectedOn, type Fault, isToBeRecorded, writtenOn } from '../gauntlet/fault.ts';
import { VARIANTS } from '../gauntlet/gateways.ts';
import { FAULTS, FAULTS_ON, IMPOSSIBLE, WITH_ORIGIN } from '../gauntlet/index.ts';
import { halfOf } from '../gauntlet/once.ts';
import { PAIRS } from '../gauntlet/pairs.ts';

/** What the gauntlet has to cover, by the names of its faults. */
const REQUIRED = [
  'Redis stopped',
  'Redis refused',
  'Redis paused (SIGSTOP)',
  'wrong password',
  'password required but not given',
  'password rotated under open connections, then connections dropped',
  'ACL user without write',
  'ACL user without the namespace',
  'ACL user without a command',
  'user deleted',
  'out of memory with noeviction',
  'small maxmemory with eviction before reuse',
  'read-only replica',
  'loading',
  'persistence error that refuses writes',
  'maxclients reached',
  'TLS expected and plain given',
  'plain expected and TLS given',
  'gateway on another database',
  'gateway on another server',
  'gateway with a namespace of its own',
  'cache off',
  'type missing (silent local)',
  'deliberately local',
  'mode: default_off',
  'supported_call_types empty',
  'supported_call_types with chat only',
  'redis_flush_size',
  'TTL of users’ entries too short',
  'semantic cache',
  'virtual-key policy that refuses cache controls',
  'quota reached',
  'model missing',
  'provider down',
  'gateway key wrong',
  'gateway stopped',
  'gateway slow',
  'gateway answering 500',
  'two workers',
  'two gateways that do not share a cache',
  'failover of a replica',
  'restart of Redis with an empty data set',
  'restart of Redis with a kept data set',
  'FLUSHALL',
  'CONFIG RESETSTAT',
];

describe('the list of faults', () => {
  const names = [...FAULTS, ...IMPOSSIBLE].map(({ name }) => name);

  it.each(REQUIRED)('has: %s', (name) => {
    expect(names).toContain(name);
  });

  it('names each fault once', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  it('says of what cannot be brought about why not', () => {
    for (const { cannot } of IMPOSSIBLE) expect(cannot).toMatch(/^[A-Z].{40,}\.$/);
  });

  it('is run by the tests as a whole, on both releases what depends on them', () => {
    const folder = new URL('../gauntlet/', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('half.test.ts'));
    const tested = files.map((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8');
      const release = RECORDED_RELEASE.find((one) => text.includes(`'${one}'`));
      return release === undefined ? [] : halfOf(release, text.includes("'first'") ? 'first' : 'second');
    });
    for (const fault of FAULTS) {
      const on = RECORDED_RELEASE.filter((release) => appliesTo(fault, release));
      expect(tested.filter((faults) => faults.includes(fault))).toHaveLength(fault.releases === 'both' ? on.length : 1);
    }
  });

  it('uses every gateway', () => {
    const used = new Set<string>(['standard', ...[...FAULTS, ...PAIRS].flatMap(({ gateways = [] }) => gateways)]);
    expect([...used].sort()).toEqual(Object.keys(VARIANTS).sort());
  });

  it.each(FAULTS.map((fault) => [fault.name, fault] as const))('expects a verdict and a cause that go together: %s', (_, fault) => {
    for (const release of RECORDED_RELEASE) {
      const { verdict, cause } = expectedOn(fault, release);
      expect(VERDICT).toEqual(expect.arrayContaining([...verdict]));
      expect(CAUSE).toEqual(expect.arrayContaining([...cause]));
      // A fault that leaves the cache working is not over by itself without being told so.
      expect(verdict.includes('working')).toBe(fault.passing !== undefined || fault.shows !== undefined);
    }
  });
});

describe('the lists beside it', () => {
  const OF_CLUSTER = FAULTS_ON.cluster.filter(({ name }) => !FAULTS.some((fault) => fault.name === name));

  it('hold of a cluster what Valkey has, but for what a cluster cannot have, and its own', () => {
    const missing = FAULTS_ON.valkey.filter(({ name }) => !FAULTS_ON.cluster.some((fault) => fault.name === name));
    expect(missing.map(({ name }) => name)).toEqual(['wrong password', 'password required but not given', 'read-only replica']);
    expect(OF_CLUSTER.length).toBeGreaterThanOrEqual(5);
    expect(OF_CLUSTER.flatMap((fault) => expectedOn(fault, '1.110.2').cause)).toContain('redis_cluster');
  });

  it('expect a verdict and a cause that go together, and have names of their own', () => {
    for (const fault of [...OF_CLUSTER, ...WITH_ORIGIN]) {
      const { verdict, cause } = expectedOn(fault, '1.110.2');
      expect(verdict.includes('working'), fault.name).toBe(fault.passing !== undefined);
      expect(CAUSE).toEqual(expect.arrayContaining([...cause]));
    }
    const names = [...FAULTS, ...OF_CLUSTER, ...WITH_ORIGIN, ...PAIRS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(WITH_ORIGIN.flatMap((fault) => expectedOn(fault, '1.110.2').cause)).toContain('answer_wrong');
  });
});

describe('two faults at once', () => {
  it('are every two of the causes that can be true together, and each by itself', () => {
    const alone = PAIRS.filter(({ name }) => name.endsWith(', narrow user'));
    expect(PAIRS).toHaveLength((alone.length * (alone.length + 1)) / 2);
    expect(new Set(PAIRS.map(({ name }) => name)).size).toBe(PAIRS.length);
    const causes = new Set(alone.flatMap((fault) => expectedOn(fault, '1.110.2').cause));
    expect(causes.size).toBe(alone.length);
  });

  it('are tested in part with every change', () => {
    const text = readFileSync(new URL('../gauntlet/pairs.test.ts', import.meta.url), 'utf8');
    expect(PAIRS.filter(({ name }) => text.includes(`'${name}'`)).length).toBeGreaterThanOrEqual(4);
  });
});

describe('the recorded page', () => {
  const page = readFileSync('docs/gauntlet.md', 'utf8');

  /** The faults one by one on Redis, with the mock model: two at once, another server and the origin are told beside them. */
  const oneByOne = page
    .split(/^(?=## )/m)
    .filter((section) => /^## (Every fault|Added on )/.test(section) && !section.includes('Valkey'))
    .join('');
  /** The releases on which the page was written: a newer one is recorded with the next gauntlet. */
  const RELEASES = GATEWAY_RELEASE.filter((release) => oneByOne.includes(`| ${release} | no |`));
  const allOf = (fault: Fault) =>
    RELEASES.filter((release) => appliesTo(fault, release))
      .flatMap((release) => [`${release} no`, `${release} yes`])
      .sort();
  /** For which releases, with noise or without, the page has rows of a fault. */
  const recordedOf = (name: string) =>
    oneByOne
      .split('\n')
      .filter((line) => line.startsWith(`| ${name} |`))
      .map((line) => line.split(' | ').slice(1, 3).join(' '))
      .sort();

  it('is of two releases at least, and says which of the tests are missing', ({ annotate }) => {
    expect(RELEASES.length).toBeGreaterThanOrEqual(2);
    const missing = RECORDED_RELEASE.filter((release) => !RELEASES.includes(release));
    if (missing.length > 0) annotate(`not recorded yet, run \`npm run gauntlet\`: LiteLLM ${missing.join(', ')}`);
  });

  it.each(FAULTS.filter((fault) => !isToBeRecorded(fault, page)).map((fault) => [fault.name, fault] as const))(
    'has a row for each release, with noise and without: %s',
    (name, fault) => {
      expect(recordedOf(name)).toEqual(allOf(fault));
    },
  );

  it('has them all, or none, of a fault that is younger than the page, and says which are missing', ({ annotate }) => {
    const young = FAULTS.filter((fault) => isToBeRecorded(fault, page));
    for (const fault of young) expect([allOf(fault), []]).toContainEqual(recordedOf(fault.name));
    const missing = young.filter(({ name }) => recordedOf(name).length === 0).map(({ name, since }) => `${name}, since ${since}`);
    if (missing.length > 0) annotate(`not recorded yet, run \`npm run gauntlet\`: ${missing.join('; ')}`);
    // A day to come would put the recording off for ever.
    const today = new Date().toISOString().slice(0, 10);
    expect(FAULTS.filter(({ since = today }) => !/^\d{4}-\d{2}-\d{2}$/.test(since) || since > today)).toEqual([]);
  });

  it('is wanted of a fault from the day on which the page is written again', () => {
    const [known] = FAULTS;
    if (known === undefined) throw new Error('there are no faults');
    const on = (day: string) => `# The fault gauntlet\n\nWritten on ${day} by \`npm run gauntlet\`: real.\n`;
    expect(isToBeRecorded(known, on('2026-11-22'))).toBe(false);
    expect(isToBeRecorded({ ...known, since: '2026-11-30' }, on('2026-11-22'))).toBe(true);
    expect(isToBeRecorded({ ...known, since: '2026-11-30' }, on('2026-11-30'))).toBe(false);
    expect(isToBeRecorded({ ...known, since: '2026-11-30' }, '# nothing')).toBe(false);
    expect(writtenOn(page)).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  it('says what cannot be brought about', () => {
    for (const { name, cannot } of IMPOSSIBLE) expect(page).toContain(`- ${name}: ${cannot}\n`);
  });

  it('has no wrong cause in it, and 95 % of its runs right', () => {
    const counts = [...page.matchAll(/^\*\*(\d+) runs: (\d+) right, .* (\d+) wrong cause/gm)].map((match) => match.slice(1).map(Number));
    expect(counts.length).toBeGreaterThan(0);
    for (const [runs = 0, right = 0, wrong] of counts) {
      expect(right / runs).toBeGreaterThanOrEqual(0.95);
      expect(wrong).toBe(0);
    }
  });
});
