import type { Reuse, ReuseGroup } from '../../model/reuse.ts';
import { adviceText, curveLines, earlyText, reuseBasis, reuseProblems } from '../../text/reuse.ts';
import { type Html, html } from './html.ts';

/** What another time to live would bring for the answers in a target; nothing where that is not configured. */
export function reuseSection(reuse: Reuse | undefined): Html | string {
  if (reuse === undefined) return '';
  return html`<h4>What the cache is worth</h4>
${reuseProblems(reuse).map((problem) => html`<p class="quiet">${problem}</p>`)}
${reuse.groups.map((group) => groupPart(reuse, group))}`;
}

function groupPart(reuse: Reuse, group: ReuseGroup): Html {
  const early = earlyText(group);
  const lines = curveLines(group);
  return html`<p class="quiet">From ${reuseBasis(reuse, group)}. Hits that a worker answers from its own memory are not seen.</p>
<ul>${group.advice.map((advice) => html`<li>${adviceText(advice)}</li>`)}</ul>
${early === undefined ? '' : html`<p>${early}</p>`}
${lines.length === 0 ? '' : html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`}`;
}
