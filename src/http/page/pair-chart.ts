import { ROUTES, type Route } from '../../model/cache.ts';
import type { PairRecord } from '../../model/status.ts';
import { count, moment, seconds } from '../../text/quantities.ts';
import { memoized } from './fragments.ts';
import { Html, html } from './html.ts';
import { type LatencyScale, latencyScale } from './latency-scale.ts';
import { MARK, MARK_LOOKS, type Mark, markOf, tenths } from './pair-marks.ts';

const HEIGHT = 150;
const PLOT = { left: 46, right: 354, top: 8, bottom: 128 };
/** A few pairs are not spread over the whole width. */
const MIN_SLOTS = 20;

/** The width of a letter in a label. */
const LETTER = 7;

/** A pair as it is drawn: its mark, where it is, how high its requests lie. */
interface Point {
  mark: Mark;
  x: number;
  first: number;
  duplicate: number | undefined;
}

/**
 * The last pairs of a route, the newest at the right: how long the first request took and how long the
 * duplicate, on a logarithmic scale, with a line between them. The caption and the description say the
 * same in words.
 */
export const pairChart = memoized(draw);

function draw(records: readonly PairRecord[], route: Route): Html {
  const scale = latencyScale(
    records.flatMap(({ firstSeconds, duplicateSeconds }) => [firstSeconds, duplicateSeconds ?? firstSeconds]),
    PLOT,
  );
  const points = pointsOf(records, scale);
  const used = MARK.filter((mark) => mark === 'first' || points.some((point) => point.mark === mark));
  const words = wordsOf(points);
  return html`<figure>
<figcaption><strong>${ROUTES[route].title}</strong> <span class="quiet">${words}</span></figcaption>
<svg role="img" viewBox="0 0 360 ${HEIGHT}"><title>${ROUTES[route].title}: how long the last pairs took</title>
<desc>${words}. ${medians(records)}</desc>
${scale.lines.map(
  ({ y, text }) =>
    html`<path class="grid" d="M${PLOT.left} ${tenths(y)}H${PLOT.right}"/><text x="${PLOT.left - 4}" y="${tenths(y + 4)}" text-anchor="end">${text}</text>`,
)}
<path class="way" d="${Html.written(points.map(({ x, first, duplicate }) => (duplicate === undefined ? '' : `M${tenths(x)} ${tenths(first)}V${tenths(duplicate)}`)).join(''))}"/>
${used.map((mark) => html`<path class="${mark} ${MARK_LOOKS[mark].tone}" d="${Html.written(shapes(points, mark))}"/>`)}
${times(records)}
</svg>
<ul class="legend">${used.map((mark) => html`<li><svg viewBox="-4 -4 8 8" aria-hidden="true"><path class="${mark} ${MARK_LOOKS[mark].tone}" d="${MARK_LOOKS[mark].shape(0, 0)}"/></svg> ${MARK_LOOKS[mark].words}</li>`)}</ul>
</figure>`;
}

function slotWidth(pairs: number): number {
  return (PLOT.right - PLOT.left) / Math.max(MIN_SLOTS, pairs);
}

function pointsOf(records: readonly PairRecord[], scale: LatencyScale): Point[] {
  const width = slotWidth(records.length);
  return records.map((record, index) => ({
    mark: markOf(record),
    x: PLOT.right - (records.length - index - 0.5) * width,
    first: scale.y(record.firstSeconds),
    duplicate: record.duplicateSeconds === undefined ? undefined : scale.y(record.duplicateSeconds),
  }));
}

/** All marks of a kind, as one path. A first request without a duplicate is only marked as what became of the pair. */
function shapes(points: readonly Point[], mark: Mark): string {
  const { shape } = MARK_LOOKS[mark];
  return points
    .filter((point) => (mark === 'first' ? point.duplicate !== undefined : point.mark === mark))
    .map(({ x, first, duplicate = first }) => shape(x, mark === 'first' ? first : duplicate))
    .join('');
}

/** `100 pairs: 87 hit, 13 missed` */
function wordsOf(points: readonly Point[]): string {
  const counted = MARK.map((mark) => ({ mark, times: points.filter((point) => point.mark === mark).length }));
  const parts = counted.filter(({ times }) => times > 0).map(({ mark, times }) => `${times} ${MARK_LOOKS[mark].counted}`);
  return `${count(points.length)} ${points.length === 1 ? 'pair' : 'pairs'}: ${parts.join(', ')}`;
}

function medians(records: readonly PairRecord[]): string {
  const first = median(records.map(({ firstSeconds }) => firstSeconds));
  const duplicate = median(records.flatMap(({ duplicateSeconds }) => duplicateSeconds ?? []));
  return `Median of the first requests ${first}${duplicate === undefined ? '' : `, of the duplicates ${duplicate}`}.`;
}

function median(values: readonly number[]): string | undefined {
  const middle = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return middle === undefined ? undefined : seconds(middle);
}

/** When the oldest and the newest pair were sent, each below its mark; beside each other where a few pairs leave no room. */
function times(records: readonly PairRecord[]): Html[] {
  const [oldest, newest] = [records[0], records.at(-1)];
  if (oldest === undefined || newest === undefined) return [];
  const day = moment(oldest.at).slice(0, 10) === moment(newest.at).slice(0, 10);
  const text = ({ at }: PairRecord) => moment(at).slice(day ? 11 : 5);
  const y = HEIGHT - 6;
  const ending = (x: number, words: string) => html`<text x="${x}" y="${y}" text-anchor="end">${words}</text>`;
  const last = ending(PLOT.right, text(newest));
  if (records.length === 1) return [last];
  // The left edge of the slot of the oldest: where few pairs do not reach the left end of the plot, neither does its time.
  const left = PLOT.right - records.length * slotWidth(records.length);
  if (left > PLOT.left + (PLOT.right - PLOT.left) / 2) return [ending(PLOT.right - LETTER * (text(newest).length + 2), text(oldest)), last];
  return [html`<text x="${tenths(left)}" y="${y}">${text(oldest)}</text>`, last];
}
