import { dirname, join } from 'node:path';
import type { Problem } from '../../config/problem.ts';
import { Secret } from '../../config/secret.ts';
import type { Variable } from '../environment.ts';
import type { ComposeService, LitellmConfig, Setup, Workload } from '../setup.ts';
import { roleOf } from './role.ts';

/** The configuration that a compose service mounts for LiteLLM, by its path. */
export function mounted({ image, command, volumes, file }: ComposeService): string | undefined {
  if (roleOf(image, command) !== 'litellm') return undefined;
  const target = command[command.findIndex((word) => word === '--config' || word === '-c') + 1];
  const volume = volumes.find((one) => one.target === target || (target === undefined && /\.ya?ml$/.test(one.target)));
  return volume === undefined || !volume.source.startsWith('.') ? undefined : join(dirname(file), volume.source);
}

/** The variables of what runs LiteLLM in a container: nothing else reaches it. Undefined where no container is known to. */
export function containerVariables(services: readonly ComposeService[], workloads: readonly Workload[]): readonly Variable[] | undefined {
  const gateways = services.filter(({ image, command }) => roleOf(image, command) === 'litellm');
  const containers = workloads.flatMap((workload) => workload.containers.filter(({ image, args }) => roleOf(image, args) === 'litellm'));
  return gateways.length + containers.length === 0 ? undefined : [...gateways, ...containers].flatMap(({ variables }) => variables);
}

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

/** The release that was said, else that of the running gateway, else that of an image. */
export function releaseOf(
  litellmVersion: string | undefined,
  services: readonly ComposeService[],
  workloads: readonly Workload[],
  live: string | undefined,
  problems: Problem[],
  notes: Problem[],
): Setup['release'] {
  if (litellmVersion !== undefined) {
    if (/^v?\d+\.\d+\.\d+/.test(litellmVersion)) return { version: litellmVersion, place: { source: '--litellm-version' } };
    problems.push({ path: '--litellm-version', message: 'is not a release', suggestion: 'write it like 1.104.2' });
  }
  if (live !== undefined) return { version: live, place: { source: 'the running gateway' } };
  const images = [
    ...services.map(({ image, command, place }) => ({ image, words: command, place: place(['image']) })),
    ...workloads.flatMap(({ containers }) => containers.map(({ image, args, place }) => ({ image, words: args, place }))),
  ];
  for (const { image, words, place } of images) {
    const tag = /:([^:/@]+)(?:@.*)?$/.exec(image ?? '')?.[1];
    const version = /^(?:main-|litellm-)?(v?\d+\.\d+\.\d+.*)$/.exec(tag ?? '')?.[1];
    if (roleOf(image, words) === 'litellm' && version !== undefined) return { version, place };
  }
  notes.push({
    path: '',
    message: 'the release of LiteLLM is not known; the rules of the newest are used',
    suggestion: 'say it with --litellm-version',
  });
  return undefined;
}
