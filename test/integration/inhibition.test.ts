import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROUTING } from '../../dev/alerting.ts';
import type { RunningAlertmanager } from '../../dev/alertmanager.ts';
import { ALERTS, firingLabels } from '../support/alert-rules.ts';
import { eventually } from '../support/eventually.ts';
import { lacksProgram, startAlertmanager } from '../support/prometheus.ts';

type Labels = Record<string, string>;

interface ShownAlert {
  labels: Labels;
  fingerprint: string;
  status: { state: string; inhibitedBy: string[] };
}

const SOURCES = ['RedisDown', 'RedisAuthFailing', 'RedisAuthBreaksGateway', 'GatewayUnreachable'];
const others = ALERTS.filter(({ alert }) => !SOURCES.includes(alert));

/** What is said of a cache that another alert may explain. */
const CONSEQUENCES = others
  .filter(({ alert, labels: { category } }) => /^(cache|slo|users)$/.test(category ?? '') && alert !== 'CacheWrongAnswers')
  .map(({ alert }) => alert)
  .sort();

/** Muted by another of these alerts as well. Alertmanager names one that mutes, so these fire by themselves. */
const MUTED_BY_OTHERS = ['CacheBreakerStuckLong'];

/** The last to be posted: once the one mutes the other, Alertmanager has heard of all that came before. */
const MUTED = { alertname: 'CacheRedisPathBroken', category: 'cache', redis_target: 'last' };
const MUTES = { alertname: 'RedisDown', category: 'redis', redis_target: 'last' };

describe.skipIf(await lacksProgram('prometheus-alertmanager'))('inhibition', () => {
  let alertmanager: RunningAlertmanager;
  let runs = 0;

  beforeAll(async () => {
    const routing = await readFile(ROUTING, 'utf8');
    alertmanager = await startAlertmanager(routing.replaceAll(/\n {4}webhook_configs:(\n {6}.*)+/g, ''));
  });

  /**
   * Lets a source fire about the target `cache` and the gateway `litellm` together with the alerts that are none,
   * and gives the names of those that it mutes. `about` changes what the others are about; null takes a label away.
   */
  async function mutedBy(source: Labels, about: Record<string, string | null> = {}): Promise<string[]> {
    const labels = (rules: typeof others) => rules.map((rule) => ({ ...firingLabels(rule), ...about }));
    const together = others.filter(({ alert }) => !MUTED_BY_OTHERS.includes(alert));
    const apart = others.filter(({ alert }) => MUTED_BY_OTHERS.includes(alert));
    return [...(await mutedAmong(source, labels(together))), ...(await mutedAmong(source, labels(apart)))].sort();
  }

  /** The names of the alerts that a source mutes when they fire with it. */
  async function mutedAmong(source: Labels, among: readonly Record<string, string | null>[]): Promise<string[]> {
    runs += 1;
    const run = String(runs);
    const alerts = [source, ...among, MUTED, MUTES].map((labels) => ({
      labels: Object.fromEntries(Object.entries({ ...labels, run }).map(([name, value]) => [name, ofThisRun(name, value)])),
    }));
    const posted = await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
    });
    expect(posted.status).toBe(200);
    const shown = await eventually(async () => {
      const answer = await fetch(`${alertmanager.url}/api/v2/alerts?filter=run="${run}"`);
      const found: ShownAlert[] = JSON.parse(await answer.text());
      return found.some(({ labels, status }) => labels.redis_target === `last-${run}` && status.state === 'suppressed') && found;
    });
    expect(shown).toHaveLength(alerts.length);
    const ofSource = shown.filter(({ labels }) => labels.redis_target !== `last-${run}`);
    const own = ofSource.find(({ labels }) => labels.alertname === source.alertname)?.fingerprint ?? '';
    const muted = ofSource.filter(({ status }) => status.inhibitedBy.includes(own));
    expect(muted.map(({ status }) => status.state)).toEqual(muted.map(() => 'suppressed'));
    return muted.map(({ labels }) => labels.alertname ?? '').sort();

    /** Targets and gateways have other names in each run, so that no run hears the sources of another. */
    function ofThisRun(name: string, value: string | null): string {
      if (value === null) return '';
      return name === 'redis_target' || name === 'gateway' ? `${value}-${run}` : value;
    }
  }

  const about = { redis_target: 'cache', severity: 'page' };
  const down = { ...about, alertname: 'RedisDown', category: 'redis' };
  const refused = { ...about, alertname: 'RedisAuthFailing', category: 'auth' };
  const locked = { ...about, alertname: 'RedisAuthBreaksGateway', category: 'auth', gateway: 'litellm' };
  const unreachable = { ...about, alertname: 'GatewayUnreachable', category: 'cache', gateway: 'litellm' };

  it('has something to mute', () => {
    expect(CONSEQUENCES).toEqual(expect.arrayContaining(['CacheErrorBudgetBurnFast', 'CacheHitRatioLow', 'CacheRedisPathBroken']));
    expect(others.map(({ alert }) => alert)).toEqual(expect.arrayContaining(['CacheWrongAnswers', 'RedisAuthRejected']));
  });

  describe('by a dead Redis', () => {
    it('falls on the caches that should be in it', async () => {
      expect(await mutedBy(down)).toEqual(CONSEQUENCES);
    });

    it('does not fall on caches in another Redis, nor on those in none that is watched', async () => {
      expect(await mutedBy(down, { redis_target: 'other' })).toEqual([]);
      expect(await mutedBy(down, { redis_target: null })).toEqual([]);
    });

    it('does not fall on a gateway that is down itself, nor on a refused password', async () => {
      expect(await mutedAmong(down, [unreachable, locked, { ...refused, credential: 'litellm' }])).toEqual([]);
    });
  });

  describe('by a refused password', () => {
    it('falls on the caches in that Redis when it is the password of a gateway, and on what the server counts of it', async () => {
      expect(await mutedBy({ ...refused, credential: 'litellm' })).toEqual([...CONSEQUENCES, 'RedisAuthRejected'].sort());
    });

    it('falls on all gateways that it locks out: one page for each Redis and credential', async () => {
      const others = ['litellm', 'second', 'third'].map((gateway) => ({ ...locked, gateway }));
      expect(await mutedAmong({ ...refused, credential: 'litellm' }, others)).toEqual(others.map(({ alertname }) => alertname));
      expect(await mutedAmong({ ...refused, credential: 'litellm' }, [{ ...locked, redis_target: 'other' }])).toEqual([]);
    });

    it('falls, where no canary tells whose it was, on the gateways that it explains and on no other alert', async () => {
      const rejected = { ...about, alertname: 'RedisAuthRejected', category: 'auth' };
      const explained = { ...locked, explained_by: 'RedisAuthRejected' };
      expect(await mutedAmong(rejected, [explained])).toEqual(['RedisAuthBreaksGateway']);
      expect(await mutedAmong(rejected, [locked, { ...refused, credential: 'litellm' }])).toEqual([]);
    });

    it('falls on nothing when it is the password of the exporter, or nobody knows whose it is', async () => {
      expect(await mutedBy({ ...refused, credential: 'exporter' })).toEqual([]);
      expect(await mutedBy(refused)).toEqual([]);
    });

    it('does not fall on caches in another Redis', async () => {
      expect(await mutedBy({ ...refused, credential: 'litellm' }, { redis_target: 'other' })).toEqual([]);
    });
  });

  describe('by a gateway that is locked out', () => {
    it('falls on what is said of that gateway, and of no other', async () => {
      expect(await mutedBy(locked)).toEqual(CONSEQUENCES);
      expect(await mutedBy(locked, { gateway: 'other' })).toEqual([]);
    });
  });

  describe('by the page about a broken cache', () => {
    const broken = { ...about, alertname: 'CacheRedisPathBroken', category: 'cache', gateway: 'litellm' };
    const stuck = (more: Record<string, string> = {}) =>
      ['CacheBreakerStuck', 'CacheBreakerStuckLong'].map((alertname) => ({ ...broken, alertname, ...more }));

    it('falls on the second page about the same gateway, and not on the ticket with what heals it', async () => {
      expect(await mutedAmong(broken, stuck())).toEqual(['CacheBreakerStuckLong']);
      expect(await mutedAmong(broken, stuck({ gateway: 'other' }))).toEqual([]);
    });
  });

  describe('by a gateway that does not answer', () => {
    it('falls on what is said of that gateway, whether or not its Redis is watched', async () => {
      expect(await mutedBy(unreachable)).toEqual(CONSEQUENCES);
      expect(await mutedBy(unreachable, { redis_target: null })).toEqual(CONSEQUENCES);
    });

    it('does not fall on another gateway in the same Redis', async () => {
      expect(await mutedBy(unreachable, { gateway: 'other' })).toEqual([]);
    });
  });
});
