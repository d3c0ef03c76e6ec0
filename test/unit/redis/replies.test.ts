import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REDIS_RELEASE } from '../../../dev/redis.ts';
import { COMMAND, ERROR_PREFIX } from '../../../src/model/redis.ts';
import { parseAclLog } from '../../../src/redis/replies/acl-log.ts';
import { parseCommandStats } from '../../../src/redis/replies/commandstats.ts';
import { parseErrorStats } from '../../../src/redis/replies/errorstats.ts';
import { parseInfo } from '../../../src/redis/replies/info.ts';
import { parseKeySizes } from '../../../src/redis/replies/keysizes.ts';
import { parseKeyspace } from '../../../src/redis/replies/keyspace.ts';
import { parseLatencyHistogram, parseLatencyLatest, parseLatencyStats } from '../../../src/redis/replies/latency.ts';
import { recordedReplies } from '../../support/redis-fixtures.ts';

function section(text: string) {
  return parseInfo(text).section('');
}

describe.each(REDIS_RELEASE)('replies of Redis %s', (release) => {
  const replies = recordedReplies(release);
  const info = parseInfo(replies['INFO server']);

  it('are understood', () => {
    expect(info.text('server', 'redis_version')).toBe(release);
    expect(parseErrorStats(info)).toEqual({
      ...Object.fromEntries(ERROR_PREFIX.map((prefix) => [prefix, 0])),
      WRONGPASS: 2,
    });
    const commands = parseCommandStats(info);
    expect(commands?.get).toMatchObject({ calls: 3, rejected: 0, failed: 0 });
    expect(commands?.auth).toMatchObject({ calls: 2, rejected: 0, failed: 2 });
    expect(commands?.auth.seconds).toBeGreaterThan(1e-6);
    expect(parseKeyspace(info)).toMatchObject([{ db: '0', keys: 2, expires: 1 }]);
    expect(parseLatencyLatest(replies['LATENCY LATEST'])).toEqual([
      { event: 'command', last: expect.closeTo(0.02, 1), max: expect.closeTo(0.02, 1) },
    ]);
    expect(parseAclLog(replies['ACL LOG'])).toEqual([
      {
        key: release === '8.2.3' ? '#0' : 'auth\0toplevel\0AUTH\0nobody',
        ...(release === '8.2.3' && { id: 0 }),
        reason: 'auth',
        count: 2,
        username: 'nobody',
        what: 'auth',
        address: '127.0.0.1',
        ageSeconds: expect.closeTo(0, 0),
      },
    ]);
  });

  it('hold a histogram and percentiles from 7.0 on', () => {
    const histogram = parseLatencyHistogram(replies['LATENCY HISTOGRAM']);
    const percentiles = parseLatencyStats(parseInfo(replies['INFO latencystats']).section('latencystats'));
    expect([...histogram.keys()].sort()).toEqual(release === '6.2.14' ? [] : ['auth', 'get', 'set']);
    expect(histogram.get('get')?.calls).toBe(release === '6.2.14' ? undefined : 3);
    expect(percentiles.get('get')?.has('p99.9') ?? false).toBe(release !== '6.2.14');
  });

  it('hold sizes of keys from 8.0 on', () => {
    const sizes = parseKeySizes(info.section('keysizes'));
    expect(sizes).toEqual(
      release === '8.2.3'
        ? [
            { db: '0', bytes: 2, keys: 1 },
            { db: '0', bytes: 2_048, keys: 1 },
          ]
        : [],
    );
  });
});

describe('commandstats', () => {
  it('sums subcommands into their command and unknown names into other', () => {
    const stats = parseCommandStats(
      parseInfo(
        '# Commandstats\ncmdstat_client|list:calls=1,usec=10,rejected_calls=0,failed_calls=1\ncmdstat_client|id:calls=2,usec=5\ncmdstat_lpush:calls=3,usec=1\ncmdstat_other:calls=4,usec=1',
      ),
    );
    expect(stats?.client).toEqual({ calls: 3, seconds: 0.000015, rejected: 0, failed: 1 });
    expect(stats?.other.calls).toBe(7);
    expect(Object.keys(stats ?? {}).sort()).toEqual([...COMMAND].sort());
  });

  it('sums each count of subcommands, whichever of them has it', () => {
    const line = (name: string, calls: number, usec: number, rejected: number, failed: number) =>
      `cmdstat_${name}:calls=${calls},usec=${usec},usec_per_call=1.00,rejected_calls=${rejected},failed_calls=${failed}`;
    const text = [
      '# Commandstats',
      line('client|list', 1, 10, 100, 1_000),
      line('client|kill', 2, 20, 200, 2_000),
      line('client', 4, 40, 400, 4_000),
    ];
    expect(parseCommandStats(parseInfo(text.join('\n')))?.client).toEqual({ calls: 7, seconds: 0.00007, rejected: 700, failed: 7_000 });
  });

  it('are nothing where the server shows more commands than any has', () => {
    const of = (count: number) => Array.from({ length: count }, (_, index) => `cmdstat_x${index}:calls=1,usec=1`).join('\n');
    expect(parseCommandStats(parseInfo(`# Commandstats\n${of(4_096)}`))?.other.calls).toBe(4_096);
    expect(parseCommandStats(parseInfo(`# Commandstats\n${of(4_097)}`))).toBeUndefined();
  });
});

describe('ACL LOG', () => {
  const entry = (fields: Readonly<Record<string, unknown>>) => [
    ...Object.entries({
      count: 1,
      reason: 'key',
      context: 'toplevel',
      object: 'a',
      username: 'u',
      'age-seconds': '1.5',
      'client-info': '',
      ...fields,
    }).flat(),
  ];
  const [first, second] = ['a', 'b'];
  /** The keys of two entries that differ in one field, from a character on. */
  const keysOf = (field: string, at: number) =>
    parseAclLog([first, second].map((end) => entry({ [field]: 'x'.repeat(at) + end }))).map(({ key }) => key);

  it.each(['object', 'username', 'context'])('before 7.2 tells entries apart by the first 128 characters of their %s', (field) => {
    expect(new Set(keysOf(field, 0)).size).toBe(2);
    expect(new Set(keysOf(field, 127)).size).toBe(2);
    expect(new Set(keysOf(field, 128)).size).toBe(1);
  });

  it('tells entries apart by their reason, and from 7.2 on by their number alone', () => {
    const keys = (...entries: Readonly<Record<string, unknown>>[]) => new Set(parseAclLog(entries.map(entry)).map(({ key }) => key)).size;
    expect(keys({ reason: 'key' }, { reason: 'channel' })).toBe(2);
    expect(keys({ 'entry-id': 1 }, { 'entry-id': 2 })).toBe(2);
    expect(keys({ 'entry-id': 1 }, { 'entry-id': 1, object: 'other' })).toBe(1);
  });

  it.each([
    ['key', 'lce-probe-0a'],
    ['command', undefined],
    ['auth', undefined],
    ['channel', undefined],
    ['of a later release', undefined],
  ])('names the probe of a refused key only: reason %s', (reason, probe) => {
    expect(parseAclLog([entry({ reason, object: 'team:lce-probe-0a:x' })])[0]?.probe).toBe(probe);
  });

  it('is read to its 128th entry', () => {
    const log = (length: number) => Array.from({ length }, (_, index) => entry({ 'entry-id': index }));
    expect(parseAclLog(log(128))).toHaveLength(128);
    expect(parseAclLog(log(129))).toHaveLength(128);
  });

  it('passes over an entry without a count or an age', () => {
    expect(parseAclLog([entry({ count: '1' }), entry({ 'age-seconds': 'old' }), entry({})])).toHaveLength(1);
  });
});

describe('errorstats', () => {
  it('says only that it is switched off when it is', () => {
    expect(parseErrorStats(parseInfo('# Errorstats\nerrorstat_ERRORSTATS_DISABLED:count=1'))).toEqual({ ERRORSTATS_DISABLED: 1 });
  });
});

describe('keysizes', () => {
  it('reads abbreviated powers of two and nothing else', () => {
    expect(
      parseKeySizes(section('db0_distrib_strings_sizes:0=1,1=2,512=3,1K=4,64M=5,3=6,1KB=7,-1=8,2=x\ndb0_distrib_lists_items:1=9')),
    ).toEqual([
      { db: '0', bytes: 0, keys: 1 },
      { db: '0', bytes: 1, keys: 2 },
      { db: '0', bytes: 512, keys: 3 },
      { db: '0', bytes: 1_024, keys: 4 },
      { db: '0', bytes: 67_108_864, keys: 5 },
    ]);
  });
});

describe('LATENCY LATEST', () => {
  it('gives the worst of the events that share a label', () => {
    expect(parseLatencyLatest([['one', 1, 5, 9], ['two', 1, 7, 8], ['command', 1, 'x', 9], 'none'])).toEqual([
      { event: 'other', last: 0.007, max: 0.009 },
    ]);
  });
});

it.each([
  ['ACL LOG', parseAclLog],
  ['LATENCY LATEST', parseLatencyLatest],
  ['LATENCY HISTOGRAM', parseLatencyHistogram],
])('%s takes any reply without failing', (_, parse: (reply: unknown) => unknown) => {
  fc.assert(fc.property(fc.anything({ maxDepth: 4 }), (reply) => void parse(reply)));
});
