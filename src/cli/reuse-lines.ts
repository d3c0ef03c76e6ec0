import { singleLine } from '../masking/sanitize.ts';
import type { Reuse } from '../model/reuse.ts';
import { adviceText, curveLines, earlyText, reuseBasis, reuseProblems } from '../text/reuse.ts';
import { wrap } from './layout.ts';

/** What another time to live would bring for the answers in a target; nothing where that is not configured. */
export function reuseLines(reuse: Reuse | undefined, indent: string): string[] {
  if (reuse === undefined) return [];
  const groups = reuse.groups.flatMap((group) => {
    const early = earlyText(group);
    const lines = [...group.advice.map(adviceText), ...(early === undefined ? [] : [early]), ...curveLines(group)];
    return [
      ...wrap(singleLine(`reuse from ${reuseBasis(reuse, group)}`), indent),
      ...lines.flatMap((line) => wrap(singleLine(line), indent.repeat(2))),
    ];
  });
  return [...reuseProblems(reuse).flatMap((line) => wrap(singleLine(line), indent)), ...groups];
}
