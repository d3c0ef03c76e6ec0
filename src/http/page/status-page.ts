import { createHash } from 'node:crypto';
import type { GatewayStatus, Status } from '../../model/status.ts';
import { ago, moment, span } from '../../text/quantities.ts';
import { gatewayTitle, gatewayTone } from '../../text/words.ts';
import { plain, type TextResponse } from '../server/response.ts';
import { gatewaySection } from './gateway-section.ts';
import { headline, worstFirst, worstTargetsFirst } from './headline.ts';
import { Html, html } from './html.ts';
import { isShown, overview, readView, type View } from './overview.ts';
import { sourceSection } from './source-section.ts';
import { STYLE } from './style.ts';
import { targetSection } from './target-section.ts';

/** So many gateways and targets are shown whole; of more, the worst are, and each has a page of its own. */
const WHOLE = 20;
const REFRESH_SECONDS = 15;

/**
 * The page for people: what matters first, a line for each gateway, the worst first, then everything about the worst of
 * them and the Redis targets. It loads nothing, runs no script, loads itself again unless `refresh=off` is asked for, and
 * shows what the last ticks left. `tracesUrl` is where trace ids lead.
 */
export function statusPage(status: Status, tracesUrl?: string, query = new URLSearchParams()): TextResponse {
  const view = readView(query);
  const shown = worstFirst(status.gateways).filter((gateway) => isShown(gateway, view));
  const targets = worstTargetsFirst(status.targets);
  const section = (gateway: GatewayStatus) => gatewaySection(gateway, status.now, tracesUrl);
  return page(
    status,
    title(status),
    view,
    html`${headline(status).map(({ tone, text }) => html`<p class="headline ${tone}">${text}</p>`)}`,
    html`${reloadProblems(status)}${overrides(status)}
<h2 id="gateways">Gateways</h2>
${status.gateways.length === 0 ? html`<p>None is configured.</p>` : ''}
${status.gateways.length > 1 ? overview(shown, status.gateways, view, status.now) : ''}
${shown.slice(0, WHOLE).map(section)}
${shown.length > WHOLE ? html`<p>${shown.length - WHOLE} more gateways: their names in the table above lead to them.</p>` : ''}
<h2 id="targets">Redis targets</h2>
${targets.length === 0 ? html`<p>None is configured.</p>` : targets.slice(0, WHOLE).map((target) => targetSection(target, status.now))}
${targets.length > WHOLE ? html`<p>${targets.length - WHOLE} more targets are in the <a href="/api/v1/status">status as JSON</a>.</p>` : ''}
${sourceSection(status.sources ?? [], status.now)}`,
  );
}

/** The page about one gateway and its Redis target; 404 for a name that there is not. */
export function gatewayPage(status: Status, name: string, tracesUrl?: string, query = new URLSearchParams()): TextResponse {
  const gateway = status.gateways.find((known) => encodeURIComponent(known.name) === name || known.name === name);
  if (gateway === undefined) return plain(404, 'There is no such gateway; / lists those that there are.');
  const target = status.targets.find((known) => known.name === gateway.redisTarget);
  return page(
    status,
    `${gateway.name}: ${gatewayTitle(gateway)}`,
    readView(query),
    html`<p><a href="/">All gateways</a></p>`,
    html`<h2>Gateway</h2>
${gatewaySection(gateway, status.now, tracesUrl)}
${target === undefined ? '' : html`<h2>Its Redis target</h2>${targetSection(target, status.now)}`}`,
  );
}

function page(status: Status, title: string, view: View, top: Html, main: Html): TextResponse {
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${view.refresh ? html`<meta http-equiv="refresh" content="${REFRESH_SECONDS}">` : ''}
<title>${title}</title>
<style>${Html.written(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the gateways</a>
<header>
<h1>LiteLLM cache exporter</h1>
${top}
<p class="age">As of <strong>${moment(status.now)}</strong>. ${
    view.refresh
      ? html`Loads itself again every ${REFRESH_SECONDS} s. <a href="?refresh=off">Stop that</a>`
      : html`Does not load itself again. <a href="?">Start that</a>`
  }</p>
<p class="quiet">Version ${status.version}, up for ${span((status.now - status.startedAt) / 1_000)}.</p>
<nav aria-label="Pages"><a href="/metrics">Metrics</a> <a href="/api/v1/status">Status as JSON</a> <a href="/-/ready">Ready</a> <a href="/-/healthy">Healthy</a></nav>
</header>
<main id="main">
${main}
</main>
</body>
</html>
`;
  return {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy() },
    body: String(text),
  };
}

/** Nothing but the style of the page itself, and the form that narrows it down. */
function policy(): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
}

/** For the tab of a browser: what is broken. */
function title({ gateways }: Status): string {
  const broken = worstFirst(gateways).filter((gateway) => gatewayTone(gateway) === 'bad');
  const [first] = broken;
  if (first === undefined) return 'LiteLLM cache exporter';
  const rest = broken.length > 1 ? ` and ${broken.length - 1} more` : '';
  return `${first.name}: ${gatewayTitle(first)}${rest}`;
}

/** The variables and flags that override the configuration file. */
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
