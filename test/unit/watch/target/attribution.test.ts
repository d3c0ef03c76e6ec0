import { describe, expect, it } from 'vitest';
import { createTarget } from '../../../../src/redis/connection/connect.ts';
import { parseInfo } from '../../../../src/redis/replies/info.ts';
import { createStore } from '../../../../src/telemetry/store.ts';
import { createRefusalAttribution, type RefusalAttribution } from '../../../../src/watch/target/attribution.ts';
import { handClock } from '../../../support/clock.ts';
import { targetConfig } from '../../../support/target.ts';

interface Server {
  run?: string;
  uptime?: number;
  commands?: number;
  errors?: Record<string, number>;
  stats?: Record<string, number>;
}

function infoOf({ run = 'one', uptime = 1_000, commands = 1_000, errors = {}, stats = {} }: Server) {
  return parseInfo(
    [
      '# Server',
      `run_id:${run}`,
      `uptime_in_seconds:${uptime}`,
      '# Stats',
      `total_commands_processed:${commands}`,
      ...Object.entries(stats).map(([name, value]) => `${name}:${value}`),
      '# Errorstats',
      ...Object.entries(errors).map(([name, count]) => `errorstat_${name}:count=${count}`),
    ].join('\r\n'),
  );
}

function open(): { ledger: RefusalAttribution; own: ReturnType<typeof createTarget>['own'] } {
  const target = createTarget(targetConfig('redis://cache'));
  const series = createStore(handClock()).open({ kind: 'target', name: 'cache', staleAfter: 1 });
  return { ledger: createRefusalAttribution(target, series), own: target.own };
}

describe('refusals of others', () => {
  it('count from the first reading on, without those of this daemon', () => {
    const { ledger, own } = open();
    own.WRONGPASS = 2;
    ledger.read(infoOf({ errors: { WRONGPASS: 40 } }), undefined, 0);
    expect(ledger.others()).toEqual({ WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 });
    own.WRONGPASS = 5;
    ledger.read(infoOf({ errors: { WRONGPASS: 45, NOAUTH: 1 } }), undefined, 15_000);
    expect(ledger.others()).toEqual({ WRONGPASS: 2, NOAUTH: 1, NOPERM: 0 });
  });

  it('are not told apart twice when the daemon knows of its own before the server', () => {
    const { ledger, own } = open();
    ledger.read(infoOf({}), undefined, 0);
    own.NOAUTH = 1;
    ledger.read(infoOf({}), undefined, 15_000);
    ledger.read(infoOf({ errors: { NOAUTH: 1 } }), undefined, 30_000);
    expect(ledger.others().NOAUTH).toBe(0);
    ledger.read(infoOf({ errors: { NOAUTH: 2 } }), undefined, 45_000);
    expect(ledger.others().NOAUTH).toBe(1);
  });

  it('go on after a restart and after CONFIG RESETSTAT', () => {
    const { ledger } = open();
    ledger.read(infoOf({ errors: { WRONGPASS: 40 } }), undefined, 0);
    ledger.read(infoOf({ run: 'two', uptime: 10, errors: { WRONGPASS: 3 } }), undefined, 15_000);
    expect(ledger.others().WRONGPASS).toBe(3);
    ledger.read(infoOf({ run: 'two', uptime: 25, commands: 5, errors: { WRONGPASS: 4 } }), undefined, 30_000);
    expect(ledger.others().WRONGPASS).toBe(7);
  });

  it('of a server that takes over have happened before', () => {
    const { ledger } = open();
    ledger.read(infoOf({}), undefined, 0);
    ledger.read(infoOf({ run: 'replica', uptime: 86_400, errors: { WRONGPASS: 500 } }), undefined, 15_000);
    expect(ledger.others().WRONGPASS).toBe(0);
    ledger.read(infoOf({ run: 'replica', uptime: 86_415, errors: { WRONGPASS: 501 } }), undefined, 30_000);
    expect(ledger.others().WRONGPASS).toBe(1);
  });

  it('are not made of the difference between servers in turns, whose run id a proxy hides', () => {
    const { ledger } = open();
    for (const [turn, uptime] of [1_000, 90_000, 1_030, 90_030].entries()) {
      const [commands, count] = turn % 2 === 0 ? [900, 500] : [50, 20];
      const lines = ['# Server', `uptime_in_seconds:${uptime}`, '# Stats', `total_commands_processed:${commands}`];
      ledger.read(parseInfo([...lines, '# Errorstats', `errorstat_NOAUTH:count=${count}`].join('\n')), undefined, turn * 15_000);
    }
    expect(ledger.others().NOAUTH).toBe(0);
  });

  it('are not counted again where a section or a number is missing once', () => {
    const { ledger } = open();
    const without = (text: string) => parseInfo(`# Server\nrun_id:one\nuptime_in_seconds:1000\n${text}`);
    ledger.read(infoOf({ errors: { NOAUTH: 70 } }), undefined, 0);
    ledger.read(without('# Errorstats\nerrorstat_NOAUTH:count=70'), undefined, 15_000);
    ledger.read(infoOf({ errors: { NOAUTH: 70 } }), undefined, 30_000);
    ledger.read(without('# Stats\ntotal_commands_processed:1000\n# Errorstats\nerrorstat_NOAUTH:count=x'), undefined, 45_000);
    ledger.read(infoOf({ errors: { NOAUTH: 70 } }), undefined, 60_000);
    expect(ledger.others().NOAUTH).toBe(0);
  });

  it('come from the ACL counters when the server has given up errorstats', () => {
    const { ledger } = open();
    ledger.read(infoOf({ errors: { WRONGPASS: 40 }, stats: { acl_access_denied_auth: 40 } }), undefined, 0);
    const disabled = { ERRORSTATS_DISABLED: 1 };
    ledger.read(infoOf({ errors: disabled, stats: { acl_access_denied_auth: 41 } }), undefined, 15_000);
    expect(ledger.others().WRONGPASS).toBe(0);
    ledger.read(infoOf({ errors: disabled, stats: { acl_access_denied_auth: 43, acl_access_denied_key: 2 } }), undefined, 30_000);
    expect(ledger.others()).toEqual({ WRONGPASS: 2, NOAUTH: 0, NOPERM: 2 });
  });
});

describe('key look-ups of others', () => {
  function shown(ledger: RefusalAttribution, server: Server): number[] {
    return ledger.read(infoOf(server), undefined, 0).samples.map(({ value }) => Number(value));
  }

  it('never go back while those of the server do not', () => {
    const { ledger, own } = open();
    const hits = (keyspace_hits: number) => shown(ledger, { stats: { keyspace_hits, keyspace_misses: 5 } });
    expect(hits(10)).toEqual([10, 5]);
    expect(hits(11)).toEqual([11, 5]);
    own.hits = 1;
    expect(hits(11)).toEqual([11, 5]);
    expect(hits(13)).toEqual([12, 5]);
  });

  it('begin again with the server', () => {
    const { ledger, own } = open();
    own.hits = 4;
    expect(shown(ledger, { stats: { keyspace_hits: 10, keyspace_misses: 5 } })).toEqual([6, 5]);
    expect(shown(ledger, { commands: 1, stats: { keyspace_hits: 1, keyspace_misses: 0 } })).toEqual([1, 0]);
    own.hits = 5;
    expect(shown(ledger, { commands: 2, stats: { keyspace_hits: 3, keyspace_misses: 0 } })).toEqual([2, 0]);
  });

  it('are absent where the server does not count them', () => {
    expect(shown(open().ledger, {})).toEqual([]);
  });
});
