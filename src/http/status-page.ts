import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import type { Status } from '../model/status.ts';
import type { Answer } from './answer.ts';
import { type Html, html } from './fragments.ts';
import { gatewaySection } from './gateway-section.ts';
import { ago, moment, span } from './quantities.ts';
import { STYLE } from './style.ts';
import { summary } from './summary.ts';
import { targetSection } from './target-section.ts';
import { gatewayTone, VERDICT_WORDS } from './words.ts';

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
<title>${title(status)}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header>
<h1>LiteLLM cache exporter</h1>
${summary(status).map((sentence) => html`<p>${sentence}</p>`)}
<p class="quiet">Version ${status.version}, up for ${span((status.now - status.startedAt) / 1_000)}, as of ${moment(status.now)}.</p>
<nav><a href="/metrics">Metrics</a> <a href="/api/v1/status">Status as JSON</a> <a href="/-/ready">Ready</a> <a href="/-/healthy">Healthy</a></nav>
</header>
<main>
${reloadProblems(status)}${overrides(status)}
<h2>Gateways</h2>
${status.gateways.length === 0 ? html`<p>None is configured.</p>` : status.gateways.map((gateway) => gatewaySection(gateway, status.now, tracesUrl))}
<h2>Redis targets</h2>
${status.targets.length === 0 ? html`<p>None is configured.</p>` : status.targets.map((target) => targetSection(target, status.now))}
</main>
</body>
</html>
`;
  return {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy() },
    body: String(page),
  };
}

/** Nothing but the style of the page itself. */
function policy(): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/** For the tab of a browser: what is broken. */
function title({ gateways }: Status): string {
  const broken = gateways.filter((gateway) => gatewayTone(gateway) === 'bad');
  return broken.map(({ name, verdict }) => `${name}: ${VERDICT_WORDS[verdict].title}`).join(', ') || 'LiteLLM cache exporter';
}

/** Which variables and flags change what the configuration file says: whoever reads only the file would be misled. */
function overrides({ configReload: { notes = [] } }: Status): Html | string {
  if (notes.length === 0) return '';
  return html`<section><h3>The environment changes the configuration file</h3>
<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul></section>`;
}

function reloadProblems({ configReload, now }: Status): Html | string {
  if (configReload.successful) return '';
  return html`<section class="bad"><h3>The configuration could not be loaded again <small>${ago(configReload.at, now)}</small></h3>
<p>The one before stays in force.</p>
<ul>${configReload.problems.map((problem) => html`<li>${problem}</li>`)}</ul></section>`;
}
