import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SERVER_RELEASE } from '../../../dev/redis.ts';
import type { Metric } from '../../../src/catalogue/sample.ts';
import { type Room, readCollectors } from '../../../src/collectors/collector.ts';
import { COLLECTORS } from '../../../src/collectors/index.ts';
import { type Info, parseInfo, type Section } from '../../../src/redis/replies/info.ts';
import { INFO } from '../../../src/redis/replies/query.ts';
import { createReplyStore } from '../../../src/redis/replies/reply-store.ts';
import { REPLICA, recordedAnswers, recordedReplies } from '../../support/redis-fixtures.ts';

/** The sections whose fields have names of their own; those of the others are names of commands, errors and databases. */
const PLAIN = ['server', 'clients', 'memory', 'persistence', 'stats', 'replication', 'cpu'];

/**
 * Fields that no recorded server shows, and which one does. A field of a release that is newer than all of them
 * belongs here, too, with that release.
 */
const NOT_RECORDED: Readonly<Record<string, string>> = {
  'server dragonfly_version': 'Dragonfly',
  'server garnet_version': 'Garnet',
  'server keydb_version': 'KeyDB',
  'server kvrocks_version': 'Kvrocks',
};

/** Metrics of the collectors that no recorded server gives, and what they need. */
const NOT_EMITTED: Partial<Record<Metric, string>> = {};

const QUERIES = COLLECTORS.flatMap((collector) => Object.values(collector.queries));

/** What the four servers of the stack and replicas of them said when they were recorded. */
const RECORDED: readonly Info[] = SERVER_RELEASE.flatMap((release) => {
  const replies = recordedReplies(release);
  return [parseInfo(replies['INFO server']), parseInfo(replies[REPLICA])];
});

/** Those of the fields, each as `section field`, that no recorded server shows. */
function unseen(fields: Iterable<string>): string[] {
  return [...new Set(fields)].filter((each) => {
    const [section = '', field = ''] = each.split(' ');
    return RECORDED.every((info) => info.text(section, field) === undefined);
  });
}

/** The same reply, which notes each field that it is asked for. */
function noting(info: Info, asked: Set<string>): Info {
  const note = (section: string, field: string) => {
    if (PLAIN.includes(section)) asked.add(`${section} ${field}`);
  };
  const noted =
    <T>(read: (section: string, field: string) => T) =>
    (section: string, field: string) => {
      note(section, field);
      return read(section, field);
    };
  return {
    ...info,
    text: noted(info.text),
    number: noted(info.number),
    count: noted(info.count),
    section: (name) => notingSection(info.section(name), (field) => note(name, field)),
  };
}

function notingSection(section: Section, note: (field: string) => void): Section {
  return new Proxy(section, {
    get(map, member) {
      if (member === 'get' || member === 'has')
        return (field: string) => {
          note(field);
          return map[member](field);
        };
      const value: unknown = Reflect.get(map, member);
      return typeof value === 'function' ? value.bind(map) : value;
    },
  });
}

/** Every field that a collector asks for, whatever server it reads. */
function askedByCollectors(): Set<string> {
  const asked = new Set<string>();
  for (const release of SERVER_RELEASE) {
    const answers = recordedAnswers(release, QUERIES);
    const info = answers.get(INFO);
    if (info === undefined) throw new Error(`INFO of ${release} is not recorded`);
    const noted = noting(info, asked);
    const spied = COLLECTORS.map((collector) => ({
      ...collector,
      read: (replies: Readonly<Record<string, unknown>>, room: Room) =>
        collector.read(
          Object.fromEntries(Object.entries(collector.queries).map(([name, query]) => [name, query === INFO ? noted : replies[name]])),
          room,
        ),
    }));
    readCollectors(spied, answers, 10_000);
  }
  return asked;
}

/** Every field that a source file names in a call such as `info.count('stats', 'expired_keys')`. */
function namedInSources(): string[] {
  const src = join(import.meta.dirname, '../../../src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) =>
    [...readFileSync(join(src, file), 'utf8').matchAll(/\.(?:text|number|count)\('(\w+)', '(\w+)'\)/g)].flatMap(
      ([, section = '', field]) => (PLAIN.includes(section) ? [`${section} ${field}`] : []),
    ),
  );
}

describe('a field of INFO', () => {
  it('that a collector reads is one that a recorded server shows', () => {
    const asked = askedByCollectors();
    expect(asked.size).toBeGreaterThan(50);
    expect(unseen(asked).filter((field) => !(field in NOT_RECORDED))).toEqual([]);
  });

  it('that any other source file reads is one, too', () => {
    const named = namedInSources();
    expect(named.length).toBeGreaterThan(40);
    expect(unseen(named).filter((field) => !(field in NOT_RECORDED))).toEqual([]);
  });

  it('that is misspelt, or of another section, is found', () => {
    expect(unseen(['memory used_memory', 'memory used_memroy', 'stats used_memory'])).toEqual(['memory used_memroy', 'stats used_memory']);
  });

  it('is listed as not recorded only while it is read and not recorded', () => {
    const asked = new Set([...askedByCollectors(), ...namedInSources()]);
    expect(Object.keys(NOT_RECORDED).filter((field) => !asked.has(field))).toEqual([]);
    expect(unseen(Object.keys(NOT_RECORDED))).toEqual(Object.keys(NOT_RECORDED));
  });
});

describe('a metric of the collectors', () => {
  it('comes from a recorded server, or is listed with what it needs', () => {
    const emitted = new Set<Metric>();
    for (const release of SERVER_RELEASE) {
      const ofReplica = createReplyStore();
      ofReplica.set(INFO, recordedReplies(release)[REPLICA]);
      for (const answers of [recordedAnswers(release, QUERIES), ofReplica]) {
        for (const { metric } of readCollectors(COLLECTORS, answers, 10_000).samples) emitted.add(metric);
      }
    }
    const missing = COLLECTORS.flatMap(({ metrics }) => metrics).filter((metric) => !emitted.has(metric));
    expect(missing.sort()).toEqual(Object.keys(NOT_EMITTED).sort());
  });
});
