import { compareVersions, parseVersion, type Version } from '../../source/version.ts';
import type { Setup } from '../setup.ts';

/** Whether LiteLLM is older than a release; undefined where its release is not known. */
export function isOlderThan(setup: Setup, release: Version): boolean | undefined {
  const own = parseVersion(setup.release?.version ?? '');
  return own && compareVersions(own, release) < 0;
}
