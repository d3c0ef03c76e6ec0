import type { Problem } from '../../../source/problem.ts';
import { Secret } from '../../../source/secret.ts';
import type { Variable } from '../../environment.ts';
import type { Gateway, LitellmConfig, Setup } from '../../setup.ts';
import { isLitellmImage } from './container-role.ts';

/** `environment_variables` of the configuration; a reference there is what LiteLLM found in its environment before. */
export function sectionVariables({ tree, place }: LitellmConfig): Variable[] {
  const section = tree.environment_variables;
  if (section === null || typeof section !== 'object') return [];
  return Object.entries(section).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'string' && value.startsWith('os.environ/')) return [];
    const text = value === null ? 'None' : typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
    return [{ name, value: Secret.of(text), source: 'litellm' as const, place: place(['environment_variables', name]) }];
  });
}

/** The given release, else that of the running gateway, else that of the image. */
export function releaseOf(
  litellmVersion: string | undefined,
  gateway: Gateway | undefined,
  live: string | undefined,
): { release: Setup['release']; problems: readonly Problem[]; notes: readonly Problem[] } {
  const problems: Problem[] = [];
  if (litellmVersion !== undefined) {
    if (/^v?\d+\.\d+\.\d+/.test(litellmVersion))
      return { release: { version: litellmVersion, place: { source: '--litellm-version' } }, problems, notes: [] };
    problems.push({ path: '--litellm-version', message: 'is not a release', suggestion: 'write it like 1.104.2' });
  }
  if (live !== undefined) return { release: { version: live, place: { source: 'the running gateway' } }, problems, notes: [] };
  // Another image counts releases of its own.
  const tag = isLitellmImage(gateway?.image) ? /:([^:/@]+)(?:@.*)?$/.exec(gateway?.image ?? '')?.[1] : undefined;
  const version = /^(?:main-|litellm-)?(v?\d+\.\d+\.\d.*)$/.exec(tag ?? '')?.[1];
  if (gateway !== undefined && version !== undefined) return { release: { version, place: gateway.imagePlace }, problems, notes: [] };
  const note: Problem = {
    path: '',
    message: 'the release of LiteLLM is not known; the rules of the newest are used',
    suggestion: 'say it with --litellm-version',
  };
  return { release: undefined, problems, notes: [note] };
}
