import { singleLine } from '../../masking/sanitize.ts';
import { type Html, html } from './html.ts';

/** The beginning of a trace id, as a link where traces can be looked up: `tracesUrl` is the start page of their UI. */
export function traceLink(id: string, tracesUrl: string | undefined): Html {
  const short = html`<code>${id.slice(0, 8)}</code>`;
  return tracesUrl && /^https?:\/\//.test(tracesUrl)
    ? html`<a href="${tracesUrl.replace(/(?<!\/)\/+$/, '')}/trace/${encodeURIComponent(singleLine(id))}">${short}</a>`
    : short;
}
