import type { StoredDefaults } from '../dashboards.ts';
import { colourOf, type DrawnPanel, isDashed, type Mark, type NamedSeries, type Range } from './data.ts';
import { DARK, escaped, withUnit } from './format.ts';

const PALETTE = [
  '#73bf69',
  '#f2cc0c',
  '#5794f2',
  '#ff9830',
  '#f2495c',
  '#8ab8ff',
  '#b877d9',
  '#37872d',
  '#fade2a',
  '#1f60c4',
  '#fa6400',
  '#c4162a',
  '#705da0',
  '#96d98d',
];
const LEFT = 64;
const BOTTOM = 20;

interface Scale {
  place(value: number): number;
  ticks: readonly number[];
}

/** A time series panel: axes, lines or stacked bars, marks, thresholds, exemplars, legend. */
export function chart(
  { panel, series, exemplars }: DrawnPanel,
  range: Range,
  marks: readonly Mark[],
  width: number,
  height: number,
): string {
  const defaults: StoredDefaults = panel.fieldConfig?.defaults ?? {};
  const legendHeight = 18 * Math.min(2, Math.ceil(series.reduce((all, { name }) => all + name.length * 6.4 + 28, 0) / width));
  const [right, bottom] = [width - 8, height - BOTTOM - legendHeight];
  const stacked = defaults.custom?.drawStyle === 'bars';
  const colours = series.map(({ name }, index) => colourOf(panel, name) ?? PALETTE[index % PALETTE.length] ?? DARK.text);
  const shapes = stacked ? stack(series) : series.map(({ points }) => points.map(([at, value]) => [at, 0, value] as const));
  const values = [...shapes.flatMap((shape) => shape.map(([, , top]) => top)), ...exemplars.map(([, value]) => value)].filter(
    Number.isFinite,
  );
  const isLog = defaults.custom?.scaleDistribution?.type === 'log' && values.some((value) => value > 0);
  const limits = (defaults.thresholds?.steps ?? []).filter((step) => step.value !== null);
  const scale = isLog
    ? logScale(values, bottom)
    : linearScale(values, stacked ? 0 : defaults.min, defaults.max, bottom, /^(bytes|binBps)$/.test(defaults.unit ?? '') ? 1024 : 1000);
  const x = (at: number) => LEFT + ((at - range.start) / (range.end - range.start)) * (right - LEFT);

  const parts = scale.ticks.map((tick) => {
    const y = scale.place(tick).toFixed(1);
    return `<line x1="${LEFT}" x2="${right}" y1="${y}" y2="${y}" stroke="${DARK.line}"/>${label(LEFT - 6, Number(y) + 4, withUnit(tick, defaults.unit ?? 'none'), 'end')}`;
  });
  const last = width < 420 ? 2 : 4;
  for (let place = 0; place <= last; place += 1) {
    const at = range.start + (place / last) * (range.end - range.start);
    parts.push(
      label(x(at), bottom + 15, new Date(at * 1000).toISOString().slice(11, 19), place === 0 ? 'start' : place === last ? 'end' : 'middle'),
    );
  }
  for (const { at, colour } of marks) {
    parts.push(`<line x1="${x(at)}" x2="${x(at)}" y1="4" y2="${bottom}" stroke="${colour}" stroke-dasharray="3 3"/>`);
  }
  for (const { value, color } of limits) {
    const y = scale.place(value ?? 0);
    if (y > 0 && y < bottom) parts.push(`<line x1="${LEFT}" x2="${right}" y1="${y}" y2="${y}" stroke="${color}" stroke-dasharray="8 6"/>`);
  }
  for (const [index, shape] of shapes.entries()) {
    const { refId = '' } = series[index] ?? {};
    const colour = colours[index] ?? DARK.text;
    if (stacked) {
      const bar = ((right - LEFT) * range.step) / (range.end - range.start);
      for (const [at, low, top] of shape) {
        const [from, to] = [Math.max(LEFT, x(at) - bar / 2), Math.min(right, x(at) + bar / 2 - 0.5)];
        const [foot, head] = [scale.place(low), scale.place(top)];
        parts.push(
          `<rect x="${from.toFixed(1)}" y="${head.toFixed(1)}" width="${(to - from).toFixed(1)}" height="${(foot - head).toFixed(1)}" fill="${colour}"/>`,
        );
      }
    } else {
      const dashed = isDashed(panel, refId);
      const path = shape.map(
        ([at, , value], place) => `${startsNew(shape, place, range.step) ? 'M' : 'L'}${x(at).toFixed(1)} ${scale.place(value).toFixed(1)}`,
      );
      parts.push(
        `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-width="${dashed ? 1 : 2}"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`,
      );
    }
  }
  for (const [at, value] of exemplars) {
    const y = scale.place(value);
    if (at >= range.start && y > 0 && y < bottom)
      parts.push(`<rect x="${x(at) - 3}" y="${y - 3}" width="6" height="6" transform="rotate(45 ${x(at)} ${y})" fill="#e02fae"/>`);
  }
  const legend = series.map(({ name }, index) => `<span><i style="background:${colours[index]}"></i>${escaped(name)}</span>`);
  return `<svg width="${width}" height="${height - legendHeight}">${parts.join('')}</svg><div class="legend" style="height:${legendHeight}px">${legend.join('')}</div>`;
}

function stack(series: readonly NamedSeries[]): (readonly [number, number, number])[][] {
  const tops = new Map<number, number>();
  return series.map(({ points }) =>
    points.map(([at, value]) => {
      const low = tops.get(at) ?? 0;
      tops.set(at, low + value);
      return [at, low, low + value] as const;
    }),
  );
}

function startsNew(shape: readonly (readonly [number, number, number])[], place: number, step: number): boolean {
  const [before, here] = [shape[place - 1], shape[place]];
  return before === undefined || here === undefined || here[0] - before[0] > 1.5 * step;
}

function linearScale(values: readonly number[], min: number | undefined, max: number | undefined, height: number, thousand: number): Scale {
  const low = Math.min(min ?? Math.min(...values), min ?? Number.POSITIVE_INFINITY);
  const high = Math.max(max ?? Math.max(...values), Number.isFinite(low) ? low : 0);
  const [from, to] =
    Number.isFinite(low) && Number.isFinite(high) ? (high > low ? [low, high] : [Math.min(0, low), Math.max(1, high * 1.2)]) : [0, 1];
  const rough = (to - from) / 4;
  const whole = thousand ** Math.max(0, Math.floor(Math.log(rough) / Math.log(thousand)));
  const power = whole * 10 ** Math.floor(Math.log10(rough / whole));
  const size = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  const [first, last] = [Math.floor(from / size + 1e-9) * size, Math.ceil(to / size - 1e-9) * size];
  const ticks = Array.from({ length: Math.round((last - first) / size) + 1 }, (_, index) => first + index * size);
  return { ticks, place: (value) => height - ((value - first) / (last - first)) * (height - 10) };
}

function logScale(values: readonly number[], height: number): Scale {
  const positive = values.filter((value) => value > 0);
  const first = Math.floor(Math.log10(Math.min(...positive)) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...positive)) - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
  return { ticks, place: (value) => height - ((Math.log10(Math.max(value, 10 ** first)) - first) / (last - first)) * (height - 10) };
}

function label(x: number, y: number, text: string, anchor: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(text)}</text>`;
}
