import { describe, expect, it } from 'vitest';
import { SERVER_RELEASE } from '../../../dev/redis.ts';
import { CATALOGUE } from '../../../src/catalogue/index.ts';
import type { Metric } from '../../../src/catalogue/sample.ts';
import { readCollectors } from '../../../src/collectors/collector.ts';
import { COLLECTORS } from '../../../src/collectors/index.ts';
import { memory, replication } from '../../../src/collectors/info-fields.ts';
import { INFO } from '../../../src/redis/replies/query.ts';
import { createReplyStore } from '../../../src/redis/replies/reply-store.ts';
import { ABSENT } from '../../support/absent-metrics.ts';
import { recordedAnswers } from '../../support/redis-fixtures.ts';

/** Metrics that a server has in a certain state only. */
const SOMETIMES: readonly Metric[] = ['redis.master_link_up', 'redis.master_last_io', 'redis.cluster.state', 'redis.maxmemory'];

const QUERIES = COLLECTORS.flatMap((collector) => Object.values(collector.queries));

function readInfo(text: string) {
  const sheet = createReplyStore();
  sheet.set(INFO, text);
  return readCollectors([memory, replication], sheet, 1_000).samples;
}

describe.each(SERVER_RELEASE)('the collectors on replies of server %s', (release) => {
  it('emit only what they name, once, with finite values', () => {
    const answers = recordedAnswers(release, QUERIES);
    const seen = new Set<string>();
    for (const collector of COLLECTORS) {
      for (const { metric, labels, value } of readCollectors([collector], answers, 1_000).samples) {
        expect(collector.metrics).toContain(metric);
        const id = `${metric} ${JSON.stringify(labels)}`;
        expect(seen).not.toContain(id);
        seen.add(id);
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      }
    }
    expect(seen.size).toBeGreaterThan(150);
  });

  it('emit all that they name and the release has', () => {
    const answers = recordedAnswers(release, QUERIES);
    const emitted = new Set(readCollectors(COLLECTORS, answers, 1_000).samples.map(({ metric }) => metric));
    const missing = COLLECTORS.flatMap(({ metrics }) => metrics).filter((metric) => !emitted.has(metric) && !SOMETIMES.includes(metric));
    expect(missing.sort()).toEqual([...ABSENT[release]].sort());
  });
});

describe('the bound on series', () => {
  const server = '# Server\r\nredis_version:8.2.3\r\n# Memory\r\nused_memory:1\r\n';
  const databases = Array.from({ length: 20_000 }, (_, db) => `db${db}:keys=1,expires=0,avg_ttl=5`);
  const sizes = databases.map((_, db) => `db${db}_distrib_strings_sizes:1=1,2=1,4=1`);
  const info = (lines: readonly string[]) => `${server}# Keyspace\r\n${lines.join('\r\n')}\r\n`;

  it.each([
    ['databases', info(databases), 20_000 * 3],
    ['databases and sizes of keys', `${info(databases)}# Keysizes\r\n${sizes.join('\r\n')}`, 20_000 * 6],
    ['sizes of keys alone', `${server}# Keysizes\r\n${sizes.join('\r\n')}`, 20_000 * 3],
  ])('cuts off %s and keeps the rest', (_, text, wanted) => {
    const sheet = createReplyStore();
    sheet.set(INFO, text);
    const { samples, dropped } = readCollectors(COLLECTORS, sheet, 5_000);
    expect(samples.length).toBeLessThanOrEqual(5_000);
    expect(samples.length).toBeGreaterThan(4_990);
    expect(samples.map(({ metric }) => metric)).toEqual(expect.arrayContaining(['redis.info', 'redis.memory.used']));
    const open = samples.filter(({ metric }) => metric.startsWith('redis.db.')).length;
    expect(open + dropped).toBe(wanted);
  });

  it('drops what does not fit, of whichever collector, and says so', () => {
    const sheet = createReplyStore();
    sheet.set(INFO, `# Commandstats\r\n# Errorstats\r\n${info(databases.slice(0, 16))}`);
    const all = readCollectors(COLLECTORS, sheet, 100_000);
    expect(all.dropped).toBe(0);
    for (const most of [0, 1, 50, 100, 140, all.samples.length]) {
      const { samples, dropped } = readCollectors(COLLECTORS, sheet, most);
      expect(samples.length).toBeLessThanOrEqual(most);
      expect(samples.length + dropped).toBe(all.samples.length);
    }
  });
});

describe('what a server does not show', () => {
  const namesIn = (text: string) => {
    const sheet = createReplyStore();
    sheet.set(INFO, text);
    return new Set(readCollectors(COLLECTORS, sheet, 5_000).samples.map(({ metric }) => metric));
  };

  it.each([
    ['an empty INFO', '', ['redis.info']],
    ['sections without fields', '# Server\r\n# Memory\r\n# Stats\r\n# Replication\r\n# CPU\r\n# Keyspace\r\n', ['redis.info']],
    [
      'Redis 5, which knows no refused calls',
      '# Commandstats\r\ncmdstat_get:calls=1,usec=2,usec_per_call=2.00\r\n',
      ['redis.info', 'redis.cmd.calls', 'redis.cmd.time'],
    ],
    ['a database without its numbers', '# Keyspace\r\ndb0:keys=3\r\n', ['redis.info', 'redis.db.keys']],
    ['fields that are no numbers', '# Memory\r\nused_memory:many\r\n# Clients\r\nconnected_clients:\r\n', ['redis.info']],
    ['errors that are not counted any more', '# Errorstats\r\nerrorstat_ERRORSTATS_DISABLED:count=1\r\n', ['redis.info', 'redis.errors']],
  ])('is absent, not 0: %s', (_, text, metrics) => {
    expect([...namesIn(text)].sort()).toEqual([...metrics].sort());
  });

  it('is 0 where the server shows that nothing happened', () => {
    const metrics = namesIn('# Errorstats\r\n# Commandstats\r\n');
    for (const metric of ['redis.errors', 'redis.cmd.calls', 'redis.cmd.rejected', 'redis.cmd.failed']) expect(metrics).toContain(metric);
  });
});

describe('which server it is', () => {
  it.each([
    ['redis_version:8.2.3', { server: 'redis', version: '8.2.3', 'redis.version': '8.2.3' }],
    ['redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.1.2', { server: 'valkey', version: '9.1.2', 'redis.version': '7.2.4' }],
    ['redis_version:7.2.4\r\nvalkey_version:8.0.1', { server: 'valkey', version: '8.0.1', 'redis.version': '7.2.4' }],
    ['redis_version:7.4.0\r\ndragonfly_version:df-v1.30.0', { server: 'other', version: 'df-v1.30.0', 'redis.version': '7.4.0' }],
    ['redis_version:6.3.4\r\nexecutable:/usr/bin/keydb-server', { server: 'other', version: '6.3.4', 'redis.version': '6.3.4' }],
    ['redis_version:7.2.4\r\nserver_name:something', { server: 'other', version: '7.2.4', 'redis.version': '7.2.4' }],
    ['redis_version:"}\r\nvalkey_version:<b>', { server: 'valkey', version: 'other', 'redis.version': 'other' }],
    ['redis_version:hunter2.hunter2\r\nvalkey_version:s3cr3t', { server: 'valkey', version: 'other', 'redis.version': 'other' }],
    ['redis_version:8.4.0-rc1', { server: 'redis', version: '8.4.0-rc1', 'redis.version': '8.4.0-rc1' }],
    ['redis_version:255.255.255', { server: 'redis', version: '255.255.255', 'redis.version': '255.255.255' }],
    ['os:Linux', { server: 'other', version: 'other', 'redis.version': 'other' }],
  ])('is told by INFO: %s', (fields, labels) => {
    const sheet = createReplyStore();
    sheet.set(INFO, `# Server\r\n${fields}\r\n`);
    const [info] = readCollectors(COLLECTORS, sheet, 5_000).samples.filter(({ metric }) => metric === 'redis.info');
    expect(info?.labels).toMatchObject(labels);
  });
});

describe('a collector', () => {
  it('is left out when one of its queries was not answered', () => {
    const withoutHistogram = recordedAnswers('7.0.15', [INFO]);
    const metrics = new Set(readCollectors(COLLECTORS, withoutHistogram, 1_000).samples.map(({ metric }) => metric));
    expect(metrics).toContain('redis.cmd.calls');
    expect(metrics).not.toContain('redis.cmd.duration');
    expect(metrics).not.toContain('redis.slowlog.length');
  });

  it('names metrics that belong to targets, each in one collector only', () => {
    const metrics = COLLECTORS.flatMap((collector) => collector.metrics);
    expect(new Set(metrics).size).toBe(metrics.length);
    for (const metric of metrics) expect(CATALOGUE[metric].owner).toBe('target');
  });

  it('gives no limit where there is none, and the state of the link of a replica', () => {
    expect(readInfo('# Memory\r\nmaxmemory:0\r\n# Replication\r\nmaster_link_status:down\r\nmaster_last_io_seconds_ago:-1')).toEqual([
      { metric: 'redis.master_link_up', labels: {}, value: 0 },
    ]);
    expect(readInfo('# Memory\r\nmaxmemory:5\r\n# Replication\r\nmaster_link_status:up\r\nmaster_last_io_seconds_ago:0')).toEqual([
      { metric: 'redis.maxmemory', labels: {}, value: 5 },
      { metric: 'redis.master_link_up', labels: {}, value: 1 },
      { metric: 'redis.master_last_io', labels: {}, value: 0 },
    ]);
  });
});
