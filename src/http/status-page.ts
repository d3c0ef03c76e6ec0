import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { GatewayStatus, PairStatus, Status, TargetStatus } from '../model/status.ts';
import type { Answer } from './answer.ts';
import { ago, bytes, count, moment, seconds, span } from './quantities.ts';
import { STYLE } from './style.ts';
import { AUTH_WORDS, CAUSE_WORDS, FAILURE_WORDS, OUTCOME_WORDS, ROUTE_WORDS, type Tone, VERDICT_WORDS } from './words.ts';

/** A piece of the page in which everything that was put in is escaped. */
type Html = ReturnType<typeof html>;

/**
 * The page for people: a verdict for every gateway with what it rests on, then the Redis targets. It
 * loads nothing, runs no script, and shows what the last ticks left. `tracesUrl` is where trace ids lead.
 */
export async function statusPage(status: Status, tracesUrl?: string): Promise<Answer> {
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${pageTitle(status)}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header>
<h1>LiteLLM cache exporter</h1>
<p>${status.version}, up for ${span((status.now - status.startedAt) / 1_000)}, as of ${moment(status.now)}</p>
</header>
${reloadProblems(status)}
<main>
<h2>Gateways</h2>
${status.gateways.length === 0 ? html`<p>None is configured.</p>` : status.gateways.map((gateway) => gatewaySection(gateway, status.now, tracesUrl))}
<h2>Redis targets</h2>
${status.targets.length === 0 ? html`<p>None is configured.</p>` : status.targets.map((target) => targetSection(target, status.now))}
</main>
<footer>
<p><a href="/metrics">Metrics</a> <a href="/api/v1/status">Status as JSON</a> <a href="/-/ready">Ready</a> <a href="/-/healthy">Healthy</a></p>
</footer>
</body>
</html>
`;
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    },
    body: String(page),
  };
}

/** For the tab of a browser: the worst comes first. */
function pageTitle({ gateways }: Status): string {
  const broken = gateways.filter(({ verdict, asExpected }) => tone(VERDICT_WORDS[verdict].tone, asExpected) === 'bad');
  return broken.length === 0
    ? 'LiteLLM cache exporter'
    : `${broken.map(({ name, verdict }) => `${name}: ${VERDICT_WORDS[verdict].title}`).join(', ')}`;
}

function tone(given: Tone, asExpected: boolean | undefined): Tone {
  return asExpected ? 'good' : given;
}

function reloadProblems({ configReload, now }: Status): Html | string {
  if (configReload.successful) return '';
  return html`<section class="bad"><h3>The configuration could not be loaded again <small>${ago(configReload.at, now)}</small></h3>
<p>The one before stays in force.</p><ul>${configReload.problems.map((problem) => html`<li>${problem}</li>`)}</ul></section>`;
}

function gatewaySection(gateway: GatewayStatus, now: number, tracesUrl: string | undefined): Html {
  const words = VERDICT_WORDS[gateway.verdict];
  const cause = CAUSE_WORDS[gateway.cause];
  return html`<section class="${tone(words.tone, gateway.asExpected)}">
<h3>${gateway.name} <b>${words.title}</b>${gateway.since === undefined ? '' : html` <small>since ${moment(gateway.since)}</small>`}</h3>
<p>${words.sentence}${gateway.asExpected ? ' That is what the configuration expects.' : ''}</p>
${cause.title === '' ? '' : html`<p>Cause: <strong>${cause.title}</strong>.</p>`}
${gateway.evidence === '' ? '' : html`<p class="evidence">${gateway.evidence}</p>`}
${cause.next === '' || gateway.asExpected ? '' : html`<p>Next: ${cause.next}</p>`}
${gateway.pairs.length === 0 ? '' : pairTable(gateway.pairs, now, tracesUrl)}
${facts([
  ['address', gateway.url],
  ['version', gateway.version],
  ['cache type', gateway.cacheType],
  ['Redis target', gateway.redisTarget],
  ['alive', yesNo(gateway.up)],
  ['ready', yesNo(gateway.ready)],
  ['/cache/ping', gateway.cachePing],
  [
    'duplicates faster',
    gateway.speedup &&
      `${gateway.speedup.point.toFixed(1)} times (${gateway.speedup.lower.toFixed(1)} to ${gateway.speedup.upper.toFixed(1)}, ${gateway.speedup.pairs} pairs)`,
  ],
  ['spent on probes', gateway.costUsd === 0 ? undefined : `${gateway.costUsd.toFixed(4)} USD`],
  ['last run', gateway.lastRunAt === undefined ? 'never' : ago(gateway.lastRunAt, now)],
])}
<p><a href="/debug/gateways/${encodeURIComponent(gateway.name)}">Everything about it as text</a></p>
</section>`;
}

function pairTable(pairs: readonly PairStatus[], now: number, tracesUrl: string | undefined): Html {
  return html`<div class="wide"><table>
<thead><tr><th>route</th><th>outcome</th><th>first</th><th>duplicate</th><th>key lives</th><th>when</th><th>trace</th></tr></thead>
<tbody>${pairs.map(
    (
      pair,
    ) => html`<tr><td>${ROUTE_WORDS[pair.route]}</td><td class="${OUTCOME_WORDS[pair.outcome].tone}">${OUTCOME_WORDS[pair.outcome].title}</td>
<td class="number">${pair.firstSeconds === undefined ? '' : seconds(pair.firstSeconds)}</td><td class="number">${pair.duplicateSeconds === undefined ? '' : seconds(pair.duplicateSeconds)}</td>
<td class="number">${pair.ttlSeconds === undefined ? '' : span(pair.ttlSeconds)}</td><td class="number">${ago(pair.at, now)}</td><td>${trace(pair.traceId, tracesUrl)}</td></tr>
<tr class="why"><td></td><td colspan="6">${pair.evidence}</td></tr>`,
  )}</tbody></table></div>`;
}

function trace(id: string, tracesUrl: string | undefined): Html {
  const short = html`<code>${id.slice(0, 8)}</code>`;
  return tracesUrl?.match(/^https?:\/\//)
    ? html`<a href="${tracesUrl.replace(/\/+$/, '')}/trace/${encodeURIComponent(id)}">${short}</a>`
    : short;
}

function targetSection(target: TargetStatus, now: number): Html {
  const state = target.up === undefined ? 'none' : target.up && target.failure === undefined ? 'good' : 'bad';
  return html`<section class="${state}">
<h3>${target.name} <b>${{ none: 'not tried yet', good: 'up', bad: target.up ? 'up, not readable' : 'down' }[state]}</b></h3>
${target.failure === undefined ? '' : html`<p>${capital(FAILURE_WORDS[target.failure])}.</p>`}
${target.detail === undefined ? '' : html`<p class="evidence">${target.detail}</p>`}
${target.credentials.length === 0 ? '' : credentialTable(target, now)}
${facts([
  ['address', target.address],
  ['version', target.version],
  ['role', target.role],
  ['keys', target.keys === undefined ? undefined : count(target.keys)],
  ['memory', memory(target)],
  ['evicts', target.maxMemoryPolicy],
  ['password required', yesNo(target.authRequired)],
  ['refused to others', rejections(target)],
  ['scrape took', target.scrapeSeconds === undefined ? undefined : seconds(target.scrapeSeconds)],
  ['last scrape', target.lastScrapeAt === undefined ? 'never' : ago(target.lastScrapeAt, now)],
])}
</section>`;
}

function credentialTable({ credentials }: TargetStatus, now: number): Html {
  return html`<div class="wide"><table>
<thead><tr><th>credential</th><th>state</th><th>last accepted</th><th>last refused</th></tr></thead>
<tbody>${credentials.map(
    ({
      credential,
      state,
      error,
      lastSuccessAt,
      lastFailureAt,
    }) => html`<tr><td>${credential}</td><td class="${AUTH_WORDS[state].tone}">${AUTH_WORDS[state].title}${error === undefined ? '' : `: ${FAILURE_WORDS[error]}`}</td>
<td class="number">${lastSuccessAt === undefined ? 'never' : ago(lastSuccessAt, now)}</td><td class="number">${lastFailureAt === undefined ? 'never' : ago(lastFailureAt, now)}</td></tr>`,
  )}</tbody></table></div>`;
}

function facts(rows: readonly (readonly [name: string, value: string | number | undefined])[]): Html {
  return html`<dl>${rows.map(([name, value]) => (value === undefined ? '' : html`<div><dt>${name}</dt><dd>${value}</dd></div>`))}</dl>`;
}

function memory({ usedMemoryBytes: used, maxMemoryBytes: max }: TargetStatus): string | undefined {
  if (used === undefined) return undefined;
  return max === undefined || max === 0
    ? `${bytes(used)}, no limit`
    : `${bytes(used)} of ${bytes(max)} (${((100 * used) / max).toFixed(0)} %)`;
}

function rejections({ rejectionsOfOthers }: TargetStatus): string | undefined {
  const counted = Object.entries(rejectionsOfOthers).filter(([, times]) => times > 0);
  return counted.length === 0 ? undefined : counted.map(([prefix, times]) => `${count(times)} ${prefix}`).join(', ');
}

function yesNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'yes' : 'no';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
