import { singleLine } from '../../masking/sanitize.ts';
import type { GatewayStatus } from '../../model/status.ts';
import { ago, moment } from '../../text/quantities.ts';
import { CAUSE_WORDS, gatewayTitle, gatewayTone, type Tone } from '../../text/words.ts';
import { dataTable } from './fragments.ts';
import { type Html, html } from './html.ts';

/** What of the gateways a page shows, from the query of its address. */
export interface View {
  /** Letters that the name contains. */
  name: string;
  state: Tone | undefined;
  /** The page loads itself again. */
  refresh: boolean;
}

const STATES: Readonly<Record<Tone, string>> = { bad: 'broken', warn: 'to look at', none: 'not known', good: 'in order' };

/** Reads the query of a page's address; what is not understood is left out. */
export function readView(query: URLSearchParams): View {
  const states: Partial<Record<string, Tone>> = { bad: 'bad', warn: 'warn', none: 'none', good: 'good' };
  return {
    name: (query.get('gateway') ?? '').slice(0, 100),
    state: states[query.get('state') ?? ''],
    refresh: query.get('refresh') !== 'off',
  };
}

/** Whether a gateway belongs to what is asked for. */
export function isShown(gateway: GatewayStatus, { name, state }: View): boolean {
  return gateway.name.toLowerCase().includes(name.toLowerCase()) && (state === undefined || gatewayTone(gateway) === state);
}

/** One line for each gateway, in the order that is given, with a way to its details; and what narrows them down. */
export function overview(gateways: readonly GatewayStatus[], all: readonly GatewayStatus[], view: View, now: number): Html {
  return html`<form method="get" action="/" role="search">
<label>Name contains <input type="search" name="gateway" autocomplete="off" value="${view.name}" maxlength="100"></label>
<label>State <select name="state"><option value="">all</option>${Object.entries(STATES).map(
    ([state, words]) => html`<option value="${state}"${state === view.state ? html` selected` : ''}>${words}</option>`,
  )}</select></label>
${view.refresh ? '' : html`<input type="hidden" name="refresh" value="off">`}
<button type="submit">Show</button> <span class="quiet">${gateways.length} of ${all.length} gateways</span>
</form>
${
  gateways.length === 0
    ? html`<p>No gateway is like that.</p>`
    : dataTable(
        'Gateways',
        ['gateway', 'verdict', 'cause', 'since', 'Redis target', 'last pair'],
        gateways.map((gateway) => ({
          cells: [
            html`<a href="${gatewayPath(gateway.name)}">${gateway.name}</a>`,
            { tone: gatewayTone(gateway), text: gatewayTitle(gateway) },
            CAUSE_WORDS[gateway.cause].title,
            gateway.since === undefined ? '' : moment(gateway.since),
            gateway.redisTarget ?? '',
            gateway.lastRunAt === undefined ? 'never' : ago(gateway.lastRunAt, now),
          ],
        })),
      )
}`;
}

/** The address of the page about one gateway. */
export function gatewayPath(name: string): string {
  return `/gateways/${encodeURIComponent(singleLine(name))}`;
}
