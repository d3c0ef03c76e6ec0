import type { Finding } from './finding.ts';
import type { Gap, Setup } from './setup.ts';

/** What of one kind was not found, as findings. */
export function gapFindings({ gaps }: Setup, kind: Gap['kind'], consequence: string): readonly Finding[] {
  return gaps
    .filter((gap) => gap.kind === kind)
    .map(({ place, message, fix, severity }) => ({ place, message, consequence, fix, severity }));
}
