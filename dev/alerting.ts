import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningAlertmanager, startAlertmanager } from './alertmanager.ts';
import { type PageReceiver, startPageReceiver } from './page-receiver.ts';
import { type RunningPrometheus, startPrometheus } from './prometheus.ts';

const DEPLOY = join(import.meta.dirname, '..', 'deploy');
/** The shipped rules and routing. */
export const RULES = join(DEPLOY, 'prometheus', 'rules');
export const ROUTING = join(DEPLOY, 'alertmanager', 'alertmanager.yml');

const JOB = 'litellm-cache-exporter';
/** The watchdog fires before Prometheus has found its Alertmanager, and is told this long afterwards; a minute without. */
const RESEND_DELAY = '--rules.alert.resend-delay=1s';
const DISCOVERED_WITHIN_MS = 30_000;

export interface AlertingOptions {
  /** Where the exporter is scraped, `host:port`. */
  exporter: string;
  /** Of scrapes and of evaluations; a second when it is not given. */
  interval?: `${number}s`;
  /** Absolute paths of rule files; the shipped ones when they are not given. */
  rules?: readonly string[];
  /** Changes the text of the shipped routing. */
  routing?: (text: string) => string;
}

/** The way of an alert from the exporter's metrics to whoever is paged, with the shipped rules and routing. */
export interface Alerting {
  prometheus: RunningPrometheus;
  alertmanager: RunningAlertmanager;
  pages: PageReceiver;
  stop(): Promise<void>;
}

/**
 * Starts a webhook, an Alertmanager that tells it everything, and a Prometheus that scrapes an exporter.
 * Returns when Prometheus knows its Alertmanager: what fires before is not told for a minute. Fails with
 * MissingError when a program is missing.
 */
export async function startAlerting({ exporter, interval = '1s', rules, routing = (text) => text }: AlertingOptions): Promise<Alerting> {
  const started: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const each of started.reverse()) await each.stop();
  };
  try {
    const pages = await startPageReceiver();
    started.push(pages);
    const config = toldHere(routing(await readFile(ROUTING, 'utf8')), pages);
    const secrets = { 'secrets/webhook_token': pages.token, 'secrets/deadman_token': pages.token };
    const alertmanager = await startAlertmanager(config, secrets);
    started.push(alertmanager);
    const prometheus = await startPrometheus({
      scrape: { [JOB]: exporter },
      rules: rules ?? (await shippedRules()),
      alertmanagers: [`127.0.0.1:${alertmanager.port}`],
      config: { global: { scrape_interval: interval, evaluation_interval: interval } },
      flags: [RESEND_DELAY],
    });
    started.push(prometheus);
    await discovered(prometheus);
    return { prometheus, alertmanager, pages, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The absolute paths of the shipped rule files. */
export async function shippedRules(): Promise<string[]> {
  const names = await readdir(RULES);
  return names.filter((name) => name.endsWith('.yaml')).map((name) => join(RULES, name));
}

/** The routing with a local webhook in the place of the receivers' addresses. */
export function toldHere(routing: string, { url }: { url: string }): string {
  return routing.replaceAll(/https:\/\/\w+\.example\//g, `${url}/`);
}

async function discovered(prometheus: RunningPrometheus): Promise<void> {
  const deadline = performance.now() + DISCOVERED_WITHIN_MS;
  for (;;) {
    const text = await (await fetch(`${prometheus.url}/metrics`)).text();
    if (/^prometheus_notifications_alertmanagers_discovered [1-9]/m.test(text)) return;
    if (performance.now() > deadline) throw new Error(`Prometheus did not find its Alertmanager:\n${prometheus.log().slice(-2_000)}`);
    await sleep(50);
  }
}
