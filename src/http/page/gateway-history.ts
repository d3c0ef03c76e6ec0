import { ROUTES } from '../../model/cache.ts';
import type { FailureRecord, GatewayHistory, VerdictChange } from '../../model/status.ts';
import { ago, moment } from '../../text/quantities.ts';
import { CAUSE_WORDS, OUTCOME_WORDS, VERDICT_WORDS } from '../../text/words.ts';
import { dataTable, memoized } from './fragments.ts';
import { type Html, html } from './html.ts';
import { pairChart } from './pair-chart.ts';
import { traceLink } from './trace-link.ts';

/** How many failures and changes a table shows; the rest is on the debug page and in the JSON. */
const MAX_ROWS = 20;

/** The past of a gateway on the status page: a chart for each route, then what failed and when the verdict changed, newest first. */
export function gatewayPast({ pairs, failures, changes }: GatewayHistory, now: number, tracesUrl: string | undefined): Html {
  return html`${pairs.length === 0 ? '' : html`<div class="charts">${pairs.map(({ route, records }) => pairChart(records, route))}</div>`}
${folded('Recent failures', failures, now, () => failureTable(failures, tracesUrl))}
${folded('Changes of the verdict', changes, now, () => changeTable(changes, tracesUrl))}`;
}

function folded(title: string, list: readonly { at: number }[], now: number, table: () => Html): Html | string {
  const last = list.at(-1);
  if (last === undefined) return '';
  return html`<details><summary>${title}: ${list.length}, the last ${ago(last.at, now)}</summary>
${table()}${list.length > MAX_ROWS ? html`<p class="quiet">These are the last ${MAX_ROWS}; all are in the text below.</p>` : ''}</details>`;
}

const failureTable = memoized((failures: readonly FailureRecord[], tracesUrl: string | undefined) =>
  dataTable(
    'Recent failures',
    ['when', 'route', 'outcome', 'verdict', 'cause', 'trace'],
    failures
      .slice(-MAX_ROWS)
      .toReversed()
      .map(({ at, route, outcome, verdict, cause, evidence, traceId }) => ({
        cells: [
          moment(at),
          ROUTES[route].title,
          { tone: OUTCOME_WORDS[outcome].tone, text: OUTCOME_WORDS[outcome].title },
          VERDICT_WORDS[verdict].title,
          CAUSE_WORDS[cause].title,
          traceLink(traceId, tracesUrl),
        ],
        note: evidence,
      })),
  ),
);

const changeTable = memoized((changes: readonly VerdictChange[], tracesUrl: string | undefined) =>
  dataTable(
    'Changes of the verdict',
    ['when', 'from', 'to', 'cause', 'trace'],
    changes
      .slice(-MAX_ROWS)
      .toReversed()
      .map(({ at, from, to, cause, evidence, traceId }) => ({
        cells: [
          moment(at),
          VERDICT_WORDS[from].title,
          { tone: VERDICT_WORDS[to].tone, text: VERDICT_WORDS[to].title },
          CAUSE_WORDS[cause].title,
          traceLink(traceId, tracesUrl),
        ],
        note: evidence,
      })),
  ),
);
