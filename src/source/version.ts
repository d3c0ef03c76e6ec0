/** Major, minor and patch of a release. */
export type Version = readonly [major: number, minor: number, patch: number];

/** The numbers that a version begins with: `1.104.2`, `v1.80.0.rc.1`, `main-v1.80.0`, `8.0-M01`, `7.4`; undefined for what has none, such as `latest`. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /^(?:main-)?v?(\d{1,9})\.(\d{1,9})(?!\d)(?:\.(\d{1,9})(?!\d))?/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch ?? 0)];
}

/** Below zero where `a` is the older one, zero where both are the same. */
export function compareVersions([major, minor, patch]: Version, [otherMajor, otherMinor, otherPatch]: Version): number {
  return major - otherMajor || minor - otherMinor || patch - otherPatch;
}
