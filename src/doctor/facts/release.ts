import type { Setup } from '../setup.ts';

/** Major, minor and patch of a release. */
export type Numbers = readonly [number, number, number];

/** The numbers of `v1.80.0.rc.1`, `1.104.2`; undefined for what is no release, such as `main-latest`. */
export function numbers(version: string): Numbers | undefined {
  const found = /^(?:main-)?v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)] : undefined;
}

/** Below zero where `a` is the older one. */
export function compare(a: Numbers, b: Numbers): number {
  for (const [index, own] of a.entries()) {
    const difference = own - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether LiteLLM is older than a release; undefined where its release is not known. */
export function isOlderThan(setup: Setup, release: Numbers): boolean | undefined {
  const own = setup.release === undefined ? undefined : numbers(setup.release.version);
  return own === undefined ? undefined : compare(own, release) < 0;
}
