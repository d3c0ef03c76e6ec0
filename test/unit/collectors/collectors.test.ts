import { describe, expect, it } from 'vitest';
import { REDIS_RELEASE } from '../../../deploy/local/redis.ts';
import { CATALOGUE } from '../../../src/catalogue/index.ts';
import { readCollectors } from '../../../src/collectors/collector.ts';
import { COLLECTORS } from '../../../src/collectors/index.ts';
import { memory } from '../../../src/collectors/memory.ts';
import { replication } from '../../../src/collectors/replication.ts';
import { answerSheet } from '../../../src/redis/answers.ts';
import { INFO } from '../../../src/redis/query.ts';
import { recordedAnswers } from '../../support/redis-fixtures.ts';

const QUERIES = COLLECTORS.flatMap((collector) => Object.values(collector.queries));

function readInfo(text: string) {
  const sheet = answerSheet();
  sheet.enter(INFO, text);
  return readCollectors([memory, replication], sheet);
}

describe.each(REDIS_RELEASE)('the collectors on replies of Redis %s', (release) => {
  it('emit only what they name, once, with finite values', () => {
    const answers = recordedAnswers(release, QUERIES);
    const seen = new Set<string>();
    for (const collector of COLLECTORS) {
      for (const { metric, labels, value } of readCollectors([collector], answers)) {
        expect(collector.metrics).toContain(metric);
        const id = `${metric} ${JSON.stringify(labels)}`;
        expect(seen).not.toContain(id);
        seen.add(id);
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      }
    }
    expect(seen.size).toBeGreaterThan(150);
  });
});

describe('a collector', () => {
  it('is left out when one of its queries was not answered', () => {
    const withoutHistogram = recordedAnswers('7.0.15', [INFO]);
    const metrics = new Set(readCollectors(COLLECTORS, withoutHistogram).map(({ metric }) => metric));
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
