import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../../dev/progress.ts';
import { eventually } from '../support/eventually.ts';
import { type Cached, startCached, type Watch, watch } from './stack.ts';

interface Incident {
  name: string;
  /** How many gateways the exporter has on this Redis. */
  gateways: number;
  /** From the fault to the repair. */
  lastsSeconds: number;
  /** The pages that one person wants of it. */
  expected: readonly string[];
  fault(cached: Cached, watched: Watch): Promise<void>;
  /** Happens in the middle. */
  meanwhile?(cached: Cached, watched: Watch): Promise<void>;
  repair(cached: Cached): Promise<void>;
}

const INCIDENTS: readonly Incident[] = [
  {
    name: 'a password rotated without the gateway',
    gateways: 1,
    lastsSeconds: 240,
    expected: ['RedisAuthFailing'],
    fault: (cached) => cached.rotate(),
    repair: (cached) => cached.restore(),
  },
  {
    name: 'the same, the exporter restarts in the middle',
    gateways: 1,
    lastsSeconds: 300,
    expected: ['RedisAuthFailing'],
    fault: (cached) => cached.rotate(),
    meanwhile: (_, watched) => watched.exporter.restart(),
    repair: (cached) => cached.restore(),
  },
  {
    name: 'the same, three gateways on that Redis',
    gateways: 3,
    lastsSeconds: 240,
    expected: ['RedisAuthFailing'],
    fault: (cached) => cached.rotate(),
    repair: (cached) => cached.restore(),
  },
  {
    name: 'Redis full, and nothing may be evicted',
    gateways: 3,
    lastsSeconds: 420,
    expected: ['CacheRedisPathBroken'],
    fault: async ({ redis }) => {
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await redis.command('CONFIG', 'SET', 'maxmemory', '1mb');
    },
    repair: async ({ redis }) => {
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    },
  },
  {
    name: 'Redis stopped answering for four minutes',
    gateways: 3,
    lastsSeconds: 240,
    expected: ['RedisDown'],
    fault: async ({ redis }) => redis.pause(),
    repair: async ({ redis }) => redis.resume(),
  },
  {
    name: 'Redis frozen for 30 s',
    gateways: 1,
    lastsSeconds: 30,
    expected: [],
    fault: async ({ redis }) => redis.pause(),
    repair: async ({ redis }) => redis.resume(),
  },
];

/** Within this time after the repair everything has to be taken back, and so long it is watched for more. */
const RESOLVED_WITHIN_SECONDS = 300;
const WATCHED_AFTER_SECONDS = 420;
const START_APART_MS = 20_000;

interface Told {
  /** After the fault, and after the repair where it came later. */
  at: number;
  receiver: string;
  text: string;
  isPage: boolean;
  names: string[];
  /** The labels of what fires. */
  firing: string[];
  status: string;
}

interface Timeline {
  incident: Incident;
  repairedAt: number;
  healedAt: number | undefined;
  told: Told[];
}

/**
 * Incidents with the shipped rules and routing in real time: who is told what and when, from the fault until all is taken
 * back. Returns the page about them, and whether each was one page at most and was taken back within five minutes.
 */
export async function alertTimelines(progress: Progress): Promise<{ text: string; isAsWanted: boolean }> {
  const timelines = await Promise.all(INCIDENTS.map((incident, index) => timelineOf(incident, index * START_APART_MS, progress)));
  return { text: page(timelines), isAsWanted: timelines.every(isAsWanted) };
}

async function timelineOf(incident: Incident, wait: number, progress: Progress): Promise<Timeline> {
  await sleep(wait);
  const cached = await startCached(progress, { recoverySeconds: 60 });
  try {
    const names = Array.from({ length: incident.gateways }, (_, index) => (index === 0 ? 'litellm' : `litellm-${index + 1}`));
    const watched = await watch(cached, { interval: '15s', probes: '60s', gateways: names });
    try {
      await eventually(async () => (await working(watched)) === names.length, 180_000);
      await sleep(60_000);
      progress(`begins: ${incident.name}`);
      const start = performance.now();
      await incident.fault(cached, watched);
      await sleep(incident.lastsSeconds * 500);
      await incident.meanwhile?.(cached, watched);
      await sleep(Math.max(0, start + incident.lastsSeconds * 1_000 - performance.now()));
      await incident.repair(cached);
      const repairedAt = (performance.now() - start) / 1_000;
      progress(`is repaired: ${incident.name}`);
      let healedAt: number | undefined;
      for (const end = performance.now() + WATCHED_AFTER_SECONDS * 1_000; performance.now() < end; await sleep(1_000)) {
        if (healedAt === undefined && (await working(watched)) === names.length) healedAt = (performance.now() - start) / 1_000;
      }
      const told = watched.pages.received
        .filter(({ receiver }) => receiver !== 'watchdog')
        .map(({ at, receiver, status, alerts }) => ({
          at: (at - start) / 1_000,
          receiver,
          status,
          isPage: receiver !== 'ticket',
          names: [...new Set(alerts.map(({ labels }) => labels.alertname ?? ''))],
          firing: alerts.filter((alert) => alert.status === 'firing').map(({ labels }) => JSON.stringify(labels)),
          text: [...new Set(alerts.map(({ annotations }) => annotations.summary ?? ''))].join('; '),
        }));
      return { incident, repairedAt, healedAt, told };
    } finally {
      await watched.stop();
    }
  } finally {
    await cached.stop();
  }
}

/** How many gateways the exporter says work. */
async function working({ exporter }: Watch): Promise<number> {
  const metrics = await exporter.metrics().catch(() => '');
  return [...metrics.matchAll(/^llm_cache_verdict\{[^}]*verdict="working"[^}]*\} 1$/gm)].length;
}

/** The alerts that paged, each as often as it did. A message that only takes a part of an earlier one back is no page. */
function pagesOf({ told }: Timeline): string[] {
  let before: readonly string[] = [];
  return told
    .filter(({ isPage }) => isPage)
    .flatMap(({ firing, names }) => {
      const isNew = firing.some((labels) => !before.includes(labels));
      before = [...before, ...firing];
      return isNew ? names : [];
    });
}

/** Seconds from the repair until the last page was taken back; undefined when one was not. */
function resolvedAfter({ told, repairedAt }: Timeline): number | undefined {
  const pages = told.filter(({ isPage }) => isPage);
  const last = pages.at(-1);
  if (last === undefined) return 0;
  return last.status === 'resolved' ? last.at - repairedAt : undefined;
}

function isAsWanted(timeline: Timeline): boolean {
  const after = resolvedAfter(timeline);
  return String(pagesOf(timeline)) === String(timeline.incident.expected) && after !== undefined && after <= RESOLVED_WITHIN_SECONDS;
}

function page(timelines: readonly Timeline[]): string {
  const rows = timelines.map((timeline) => {
    const { incident, repairedAt, healedAt } = timeline;
    const after = resolvedAfter(timeline);
    const cells = [
      incident.name,
      incident.gateways,
      pagesOf(timeline).join(', ') || 'none',
      healedAt === undefined ? 'not while it was watched' : `${(healedAt - repairedAt).toFixed(0)} s`,
      pagesOf(timeline).length === 0 ? '' : after === undefined ? 'not while it was watched' : `${after.toFixed(0)} s`,
      isAsWanted(timeline) ? 'yes' : 'no',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const details = timelines.flatMap(({ incident, repairedAt, told }) => [
    `## ${incident.name.replace(/^./, (letter) => letter.toUpperCase())}`,
    '',
    `Repaired after ${repairedAt.toFixed(0)} s.`,
    '',
    '| seconds after the fault | receiver | | what |',
    '|---|---|---|---|',
    ...told.map(({ at, receiver, status, text, names }) => `| ${at.toFixed(0)} | ${receiver} | ${status} | ${names.join(', ')}: ${text} |`),
    '',
  ]);
  return [
    '# Alerts of an incident, from the fault to the last message',
    '',
    `Written by \`npm run page-latency -- --incidents\` on ${new Date().toISOString().slice(0, 10)}: real Redis, LiteLLM, exporter, Prometheus and Alertmanager with the shipped rules and routing, in real time. Interval of target, scrapes and evaluations 15 s, pairs every 60 s; several gateways are one LiteLLM under several names. Its circuit breaker has the default of 60 s. The incidents run side by side on one machine.`,
    '',
    `One incident is one page at most, and it is taken back within ${RESOLVED_WITHIN_SECONDS} s of the repair.`,
    '',
    '| incident | gateways | pages | verdict `working` again after the repair | last page taken back after the repair | as wanted |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    ...details,
  ].join('\n');
}
