import type { Variable } from '../environment.ts';
import { roleOf } from '../evidence/role.ts';
import type { Place } from '../place.ts';
import type { Setup } from '../setup.ts';

/** A container that runs LiteLLM's proxy. */
export interface Gateway {
  name: string;
  image: string | undefined;
  words: readonly string[];
  replicas: number;
  variables: readonly Variable[];
  place: Place;
  /** Where the image is named. */
  imagePlace: Place;
}

/** Every container of the compose files and manifests that runs LiteLLM's proxy. */
export function gateways(setup: Setup): readonly Gateway[] {
  const services = setup.services
    .filter(({ image, command }) => roleOf(image, command) === 'litellm')
    .map(({ name, image, command, replicas, variables, place }) => ({
      name,
      image,
      words: command,
      replicas,
      variables,
      place: place(['command']),
      imagePlace: place(['image']),
    }));
  const containers = setup.workloads.flatMap((workload) =>
    workload.containers
      .filter(({ image, args }) => roleOf(image, args) === 'litellm')
      .map(({ name, image, args, variables, place }) => ({
        name,
        image,
        words: args,
        replicas: workload.replicas ?? 1,
        variables,
        place,
        imagePlace: place,
      })),
  );
  return [...services, ...containers];
}

/** Worker processes of one container, from `--num_workers` or its variable. */
export function workers({ words, variables }: Gateway): number {
  const flag = words.findIndex((word) => word === '--num_workers' || word.startsWith('--num_workers='));
  const given = flag === -1 ? undefined : (words[flag]?.split('=')[1] ?? words[flag + 1]);
  const variable = variables.find(({ name }) => name === 'NUM_WORKERS')?.value?.reveal();
  const count = Number(given ?? variable ?? 1);
  return Number.isInteger(count) && count > 0 ? count : 1;
}

/** Processes of LiteLLM that run beside each other: workers times replicas of the container that has most. */
export function processes(setup: Setup): { count: number; gateway: Gateway } | undefined {
  return gateways(setup)
    .map((gateway) => ({ count: workers(gateway) * Math.max(1, gateway.replicas), gateway }))
    .sort((a, b) => b.count - a.count)[0];
}

/** Whether the environment of LiteLLM is part of the evidence; without it any variable may be set. */
export function environmentIsKnown(setup: Setup): boolean {
  return setup.variables.length > 0 || gateways(setup).length > 0;
}
