import { singleLine } from '../masking/sanitize.ts';
import type { FidelityStatus } from '../model/status.ts';
import { notJudgedTexts, notTriedText, shapeDetail, shapeResult } from '../text/fidelity.ts';
import { ago } from '../text/quantities.ts';
import { type Cell, type Paint, table, wrap } from './layout.ts';

/** What the cache does to answers; shapes of which nothing is known share a line. */
export function fidelityLines(fidelity: FidelityStatus, now: number, paint: Paint, indent: string): string[] {
  const known = fidelity.shapes.filter(({ result }) => result !== 'unknown');
  const heading: Cell[] = ['answer', 'from the cache', 'since'].map((text) => ({ text, paint: (quiet) => paint('none', quiet) }));
  const rows = known.map((shape): Cell[] => {
    const { tone, title } = shapeResult(shape);
    return [
      { text: shape.shape },
      { text: title, paint: (text) => paint(tone, text) },
      { text: shape.since === undefined ? '' : ago(shape.since, now) },
    ];
  });
  const [first = '', ...lines] = table([heading, ...rows], indent);
  const details = known.map((shape) => shapeDetail(shape));
  const notTried = notTriedText(fidelity);
  return [
    ...(known.length === 0 ? [] : ['', first]),
    ...lines.flatMap((line, index) => [line, ...(details[index] ? wrap(singleLine(details[index]), indent.repeat(2)) : [])]),
    ...notJudgedTexts(fidelity).flatMap((reason) => wrap(`answers not judged: ${singleLine(reason)}`, indent)),
    ...(notTried === undefined ? [] : wrap(`answers of other shapes: ${notTried}`, indent)),
  ];
}
