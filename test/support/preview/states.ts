import type { StoredDefaults } from '../dashboards.ts';
import { colourOf, type DrawnPanel, type Mark, type NamedSeries, type Range } from './data.ts';
import { DARK, escaped, inkOn, shown } from './format.ts';

/** A state timeline: a row for each series, with the word in the bar where it fits. */
export function timeline({ panel, series }: DrawnPanel, range: Range, marks: readonly Mark[], width: number, height: number): string {
  const defaults: StoredDefaults = panel.fieldConfig?.defaults ?? {};
  const left = Math.min(220, Math.max(...series.map(({ name }) => name.length * 6.6)) + 16);
  const [right, bottom] = [width - 8, height - 42];
  const row = bottom / series.length;
  const x = (at: number) => left + ((at - range.start) / (range.end - range.start)) * (right - left);
  const words = new Map<string, string>();
  const parts: string[] = [];
  for (const [index, { name, points }] of series.entries()) {
    const y = index * row + row * 0.08;
    parts.push(text(left - 8, y + row * 0.42 + 4, name, 'end', DARK.text));
    for (const { from, to, value } of runs(points, range.step)) {
      const { text: word, colour = DARK.quiet } = shown(value, defaults.unit, defaults.decimals, defaults.mappings, defaults.thresholds);
      words.set(word, colour);
      const [start, wide] = [x(from), Math.max(1, x(Math.min(to, range.end)) - x(from))];
      parts.push(
        `<rect x="${start.toFixed(1)}" y="${y.toFixed(1)}" width="${wide.toFixed(1)}" height="${(row * 0.84).toFixed(1)}" fill="${colour}"/>`,
      );
      if (wide > word.length * 7 + 8) parts.push(text(start + 6, y + row * 0.42 + 4, word, 'start', inkOn(colour)));
    }
  }
  for (const { at, colour } of marks)
    parts.push(`<line x1="${x(at)}" x2="${x(at)}" y1="0" y2="${bottom}" stroke="${colour}" stroke-dasharray="3 3"/>`);
  const last = width < 420 ? 2 : 4;
  for (let place = 0; place <= last; place += 1) {
    const at = range.start + (place / last) * (range.end - range.start);
    parts.push(
      text(
        x(at),
        bottom + 16,
        new Date(at * 1000).toISOString().slice(11, 19),
        place === 0 ? 'start' : place === last ? 'end' : 'middle',
        DARK.quiet,
      ),
    );
  }
  const legend = [...words].map(([word, colour]) => `<span><i style="background:${colour}"></i>${escaped(word)}</span>`);
  return `<svg width="${width}" height="${height - 20}">${parts.join('')}</svg><div class="legend">${legend.join('')}</div>`;
}

/** A stat panel: a field for each series. */
export function stat({ panel, series }: DrawnPanel, width: number, height: number): string {
  const defaults: StoredDefaults = panel.fieldConfig?.defaults ?? {};
  const columns = width > height * 2.2 ? series.length : 1;
  const wide = width / columns;
  const high = height / Math.ceil(series.length / columns);
  const fields = series.map(({ name, points }) => {
    const { text: word, colour = colourOf(panel, name) } = shown(
      points.at(-1)?.[1] ?? Number.NaN,
      defaults.unit,
      defaults.decimals,
      defaults.mappings,
      defaults.thresholds,
    );
    const isTall = high > 52;
    const size = Math.min(isTall ? high * 0.42 : high * 0.6, ((isTall ? wide : wide - name.length * 7) / word.length) * 1.35, 44);
    const look = colour === undefined ? '' : `background:${colour};color:${inkOn(colour)}`;
    return `<div class="stat ${isTall ? 'tall' : ''}" style="width:${wide - 4}px;height:${high - 4}px;${look}"><small>${escaped(name)}</small><b style="font-size:${size.toFixed(0)}px">${escaped(word)}</b></div>`;
  });
  return `<div class="stats">${fields.join('')}</div>`;
}

function runs(points: NamedSeries['points'], step: number): { from: number; to: number; value: number }[] {
  const result: { from: number; to: number; value: number }[] = [];
  for (const [at, value] of points) {
    const last = result.at(-1);
    if (last !== undefined && last.value === value && at - last.to <= step * 0.5) last.to = at + step;
    else result.push({ from: at, to: at + step, value });
  }
  return result;
}

function text(x: number, y: number, content: string, anchor: string, colour: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" style="fill:${colour}">${escaped(content)}</text>`;
}
