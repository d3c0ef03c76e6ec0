import { describe, expect, it } from 'vitest';
import type { ServerRelease } from '../../dev/redis.ts';
import type { Metric } from '../../src/catalogue/sample.ts';
import { COLLECTORS } from '../../src/collectors/index.ts';
import { CENSUS_COMMANDS } from '../../src/redis/census.ts';
import { createKeyWatch } from '../../src/redis/probe-keys/watch.ts';
import { ACL_LOG } from '../../src/redis/replies/acl-log.ts';
import { CLIENT_LIST } from '../../src/redis/replies/client-list.ts';
import { argumentsFor, INFO } from '../../src/redis/replies/query.ts';
import { releaseNamed } from '../../src/redis/replies/releases.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { type Answer, startRedisProxy } from '../support/redis-proxy.ts';
import { targetConfig, watchTarget } from '../support/target.ts';

const LACKS_REDIS = await lacksRedis('8.2.3');

/** A command by the words that name it, as a proxy sees them. */
function named(words: readonly string[]): string {
  return words.slice(0, 2).join(' ').toUpperCase();
}

/** Every command of the scrape of a release but INFO itself, with the metrics that are made of its answer. */
function askedOf(release: ServerRelease): ReadonlyMap<string, readonly Metric[]> {
  const queries = [...new Set([...COLLECTORS.flatMap(({ queries }) => Object.values(queries)), ACL_LOG])];
  const asked = queries.filter((query) => query !== INFO && argumentsFor(query, releaseNamed(release)) !== undefined);
  return new Map(
    asked.map(({ args }) => {
      const of = COLLECTORS.filter(({ queries }) => Object.values(queries).some((query) => named(query.args) === named(args)));
      return [named(args), of.flatMap(({ metrics }) => metrics)];
    }),
  );
}

/** Ways in which servers and proxies of providers do not answer a command, and what the page calls it. */
const REFUSED: Readonly<Record<string, readonly [answer: (name: string) => string, why: string]>> = {
  'no right': [(name) => `-NOPERM User exporter has no permissions to run the '${name.toLowerCase()}' command\r\n`, 'may not send it'],
  'no right, before 7.0': [() => '-NOPERM this user has no permissions to run this command or its subcommand\r\n', 'may not send it'],
  'renamed or switched off': [
    (name) => `-ERR unknown command '${name.split(' ')[0]}', with args beginning with: \r\n`,
    'does not offer this command',
  ],
  'an unknown subcommand': [
    (name) => `-ERR unknown subcommand '${name.split(' ')[1] ?? ''}'. Try HELP.\r\n`,
    'does not offer this command',
  ],
  'a proxy that knows no such command': [() => '-ERR unsupported command\r\n', 'does not offer this command'],
  'a proxy without a prefix': [() => '-command is not allowed\r\n', 'does not offer this command'],
  'a proxy with a prefix of its own': [() => '-NOTALLOWED by the provider\r\n', 'does not offer this command'],
};
const EMPTY: Readonly<Record<string, string>> = { nothing: '$-1\r\n', 'an empty text': '$0\r\n\r\n', OK: '+OK\r\n', 'no list': '*-1\r\n' };

describe.each<ServerRelease>(['8.2.3', 'valkey-9.1.2'])('a server %s that does not answer a command', async (release) => {
  const lacking = await lacksRedis(release);

  it.skipIf(lacking)(
    'is watched with what is left, whichever it is and in whatever words: the page names it, and it is asked once',
    async () => {
      const redis = await startRedis({ release });
      await redis.command('SET', 'a', 'b');
      for (const [name, metrics] of askedOf(release)) {
        for (const [how, [answer, why]] of Object.entries(REFUSED)) {
          const at = `${name}: ${how}`;
          const proxy = await startRedisProxy(redis.port, (words) => (named(words) === name ? answer(name) : undefined));
          const watched = watchTarget(targetConfig(proxy.url));
          for (let tick = 0; tick < 3; tick++) expect(await watched.tick(), at).toBeUndefined();
          const shown = watched.metrics();
          expect(shown, at).toContain('redis.memory.used');
          for (const metric of metrics) expect(shown, at).not.toContain(metric);
          const [sentence, ...others] = watched.watch.status().unseen ?? [];
          expect([sentence?.toUpperCase().includes(name) && sentence.includes(why), others], `${at}: ${sentence}`).toEqual([true, []]);
          expect(sentence, at).toMatch(/\. \S.*\.$/);
          expect(proxy.asked.filter((one) => one === name).length, at).toBe(name === 'COMMANDLOG LEN' ? 2 : 1);
          expect(watched.target.state, at).toMatchObject({ up: true });
          await watched.watch.close();
        }
      }
    },
  );

  it.skipIf(lacking)('or answers it with nothing, makes up no metric of it', async () => {
    const redis = await startRedis({ release });
    for (const [name, metrics] of askedOf(release)) {
      for (const [how, answer] of Object.entries(EMPTY)) {
        const at = `${name}: ${how}`;
        const proxy = await startRedisProxy(redis.port, (words) => (named(words) === name ? answer : undefined));
        const watched = watchTarget(targetConfig(proxy.url));
        for (let tick = 0; tick < 2; tick++) expect(await watched.tick(), at).toBeUndefined();
        for (const metric of metrics) expect(watched.metrics(), at).not.toContain(metric);
        const isText = name.startsWith('INFO') && how === 'OK';
        const sentences = watched.watch.status().unseen ?? [];
        expect(
          isText || sentences.some((one) => one.toUpperCase().includes(`${name} IS ANSWERED WITH NOTHING THAT REDIS ANSWERS`)),
          at,
        ).toBe(true);
        await watched.watch.close();
      }
    }
  });
});

describe.skipIf(LACKS_REDIS)('a server that does not answer a command for some time', () => {
  it('and answers it again, is shown whole again on the next connection', async () => {
    const redis = await startRedis();
    const proxy = await startRedisProxy(redis.port, (words) => (words[0] === 'SLOWLOG' ? '-ERR unsupported command\r\n' : undefined));
    const watched = watchTarget(targetConfig(proxy.url));
    await watched.tick();
    expect(watched.watch.status().unseen).toHaveLength(1);
    proxy.answer(() => undefined);
    await watched.tick();
    expect(watched.metrics()).not.toContain('redis.slowlog.length');
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await watched.tick();
    await watched.tick();
    expect(watched.watch.status().unseen).toBeUndefined();
    expect(watched.metrics()).toContain('redis.slowlog.length');
    await watched.watch.close();
  });

  it('for a moment only (loading, busy), is asked again at the next scrape, and nothing is called invisible', async () => {
    const redis = await startRedis();
    for (const error of ['LOADING Redis is loading the dataset in memory', 'BUSY Redis is busy', 'MASTERDOWN Link with MASTER is down']) {
      const proxy = await startRedisProxy(redis.port, (words) => (words[0] === 'SLOWLOG' ? `-${error}\r\n` : undefined));
      const watched = watchTarget(targetConfig(proxy.url));
      for (let tick = 0; tick < 3; tick++) expect(await watched.tick(), error).toBeUndefined();
      expect(proxy.asked.filter((one) => one === 'SLOWLOG LEN')).toHaveLength(3);
      expect(watched.watch.status().unseen, error).toBeUndefined();
      await watched.watch.close();
    }
  });

  it('lacks all of CONFIG, CLIENT, ACL, LATENCY and SLOWLOG at once, and is scraped', async () => {
    const renamed = ['CONFIG', 'CLIENT', 'ACL', 'LATENCY', 'SLOWLOG'].flatMap((name) => ['--rename-command', name, '']);
    const redis = await startRedis({ args: renamed });
    const watched = watchTarget(targetConfig(redis.url));
    for (let tick = 0; tick < 2; tick++) expect(await watched.tick()).toBeUndefined();
    expect(watched.metrics()).toEqual(expect.arrayContaining(['redis.info', 'redis.memory.used', 'redis.keyspace.hits', 'redis.errors']));
    const sentences = (watched.watch.status().unseen ?? []).join('\n');
    for (const name of ['CLIENT SETNAME', 'ACL LOG', 'LATENCY LATEST', 'LATENCY HISTOGRAM', 'SLOWLOG LEN'])
      expect(sentences).toContain(name);
    await watched.watch.close();
  });
});

describe.skipIf(LACKS_REDIS)('INFO of a server', () => {
  const infoOf =
    (change: (info: string) => string, text: string): Answer =>
    (words) => {
      if (words[0] !== 'INFO' || words.includes('latencystats')) return undefined;
      const changed = change(text);
      return `$${Buffer.byteLength(changed)}\r\n${changed}\r\n`;
    };

  it.each(['server', 'clients', 'memory', 'persistence', 'stats', 'replication', 'commandstats', 'errorstats', 'keyspace'])(
    'without the section %s is read, and the page says what is not known and which verdicts suffer',
    async (section) => {
      const redis = await startRedis();
      await redis.command('SET', 'a', 'b');
      const text = String(await redis.command('INFO', 'everything'));
      const without = (info: string) => info.replace(new RegExp(`# ${section}\\r\\n(?:[^#\\r][^\\r]*\\r\\n)*`, 'i'), '');
      expect(without(text).length).toBeLessThan(text.length);
      const proxy = await startRedisProxy(redis.port, infoOf(without, text));
      const watched = watchTarget(targetConfig(proxy.url));
      expect(await watched.tick()).toBeUndefined();
      const [sentence, ...others] = watched.watch.status().unseen ?? [];
      expect(sentence).toMatch(new RegExp(`: INFO has no section ${section} on this server\\. \\S.*\\.$`));
      expect(others).toEqual([]);
      await watched.watch.close();
    },
  );

  it.each([
    ['memory', 'maxmemory'],
    ['stats', 'evicted_keys'],
    ['persistence', 'loading'],
    ['server', 'run_id'],
  ])('that hides a field of the section %s, %s, is read the same way', async (section, field) => {
    const redis = await startRedis();
    const text = String(await redis.command('INFO', 'everything'));
    const hidden = (info: string) => info.replace(new RegExp(`^${field}:.*\\r\\n`, 'm'), '');
    const proxy = await startRedisProxy(redis.port, infoOf(hidden, text));
    const watched = watchTarget(targetConfig(proxy.url));
    expect(await watched.tick()).toBeUndefined();
    expect(watched.watch.status().unseen).toEqual([expect.stringContaining(`INFO ${section} has no ${field} on this server.`)]);
    await watched.watch.close();
  });

  it.each([
    ['refuses sections', '-ERR syntax error\r\n'],
    ['knows one section at most', "-ERR wrong number of arguments for 'info' command\r\n"],
    ['answers several with nothing', '$0\r\n\r\n'],
  ])('that %s is asked without any, by the scrape and around the pairs', async (_, answer) => {
    const redis = await startRedis();
    const proxy = await startRedisProxy(redis.port, (words) => (words[0] === 'INFO' && words.length > 1 ? answer : undefined));
    const watched = watchTarget(targetConfig(proxy.url));
    for (let tick = 0; tick < 2; tick++) expect(await watched.tick()).toBeUndefined();
    expect(watched.metrics()).toContain('redis.memory.used');
    const keys = createKeyWatch(watched.target, systemClock);
    await keys.connect(null, AbortSignal.timeout(60_000));
    expect((await keys.counters(AbortSignal.timeout(60_000)))?.mode).toBe('standalone');
    keys.close();
    await watched.watch.close();
  });

  it.each(['-ERR server error\r\n', '-ERR backend unavailable\r\n', '-try again later\r\n', '$0\r\n\r\n'])(
    'that is answered once with %j is asked with its sections again on the next connection',
    async (answer) => {
      const redis = await startRedis();
      let left = 2;
      const proxy = await startRedisProxy(redis.port, (words) => (words[0] === 'INFO' && left-- > 0 ? answer : undefined));
      const watched = watchTarget(targetConfig(proxy.url));
      for (let tick = 0; tick < 2; tick++) await watched.tick();
      await redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      for (let tick = 0; tick < 3; tick++) await watched.tick();
      expect(watched.watch.status().unseen).toBeUndefined();
      expect(watched.metrics()).toContain('redis.errors');
      await watched.watch.close();
    },
  );

  it('whose connection cannot be named for a moment is named the next time', async () => {
    const redis = await startRedis();
    let left = 1;
    const proxy = await startRedisProxy(redis.port, (words) =>
      words[1] === 'SETNAME' && left-- > 0 ? '-LOADING Redis is loading the dataset in memory\r\n' : undefined,
    );
    const watched = watchTarget(targetConfig(proxy.url));
    await watched.tick();
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    for (let tick = 0; tick < 2; tick++) await watched.tick();
    expect(String(await redis.command('CLIENT', 'LIST'))).toContain('name=litellm-cache-exporter');
    await watched.watch.close();
  });
});

describe.skipIf(LACKS_REDIS)('a server that does not answer what is asked for the keys of probes', () => {
  it.each([
    ['CLIENT ID', 'when the keys of the probes are written'],
    ['CLIENT TRACKING', 'when the keys of the probes are written'],
    ['SUBSCRIBE __REDIS__:INVALIDATE', 'when the keys of the probes are written'],
    ['EXISTS', 'whether the keys of the probes are there'],
    ['PTTL', 'how long keys live'],
  ])('%s, is named on the page, and the counters are read all the same', async (name, what) => {
    const redis = await startRedis();
    await redis.command('SET', 'lce-probe-1:a', 'b', 'EX', '60');
    for (const [answer] of Object.values(REFUSED)) {
      const proxy = await startRedisProxy(redis.port, (words) => (named(words).startsWith(name) ? answer(name) : undefined));
      const watched = watchTarget(targetConfig(proxy.url));
      await watched.tick();
      const keys = createKeyWatch(watched.target, systemClock);
      const signal = AbortSignal.timeout(60_000);
      await keys.connect(null, signal);
      const lookup = await keys.inspect(undefined, 'lce-probe-1:a', true, signal);
      if (name === 'EXISTS') expect(lookup).toEqual({ state: 'unknown' });
      else expect(lookup.state).toBe('present');
      expect(await keys.counters(signal)).toMatchObject({ mode: 'standalone' });
      for (let round = 0; round < 3; round++) await keys.connect(null, signal);
      if (!['EXISTS', 'PTTL'].includes(name)) expect(proxy.asked.filter((one) => one.startsWith(name))).toHaveLength(1);
      await watched.tick();
      const sentences = watched.watch.status().unseen ?? [];
      expect(sentences.length, sentences.join(' ')).toBe(1);
      expect(sentences[0]?.toLowerCase()).toContain(what);
      keys.close();
      await watched.watch.close();
    }
  });

  it('nor what a census asks, is no failure, in whatever words', async () => {
    const redis = await startRedis();
    await redis.command('SET', 'a', 'b');
    for (const words of CENSUS_COMMANDS)
      for (const [how, [answer]] of Object.entries(REFUSED)) {
        const name = named(words);
        const proxy = await startRedisProxy(redis.port, (asked) => (named(asked).startsWith(name) ? answer(name) : undefined));
        const watched = watchTarget(targetConfig(proxy.url, { census: { interval: 60_000, sample: 10 } }));
        await watched.tick();
        const at = `${name}: ${how}`;
        expect(await watched.census(), at).toBeUndefined();
        expect(watched.censusStatus()?.censusDetail, at).toContain(name.split(' ')[0]);
        await watched.tick();
        expect((watched.watch.status().unseen ?? []).join(' '), at).toContain(name);
        await watched.watch.close();
      }
  });
});

describe('a whole server', () => {
  it.skipIf(LACKS_REDIS)('has nothing that is not visible', async () => {
    const redis = await startRedis();
    const watched = watchTarget(targetConfig(redis.url));
    for (let tick = 0; tick < 2; tick++) await watched.tick();
    expect(watched.watch.status().unseen).toBeUndefined();
    expect(CLIENT_LIST.args).toEqual(['CLIENT', 'LIST']);
    await watched.watch.close();
  });
});
