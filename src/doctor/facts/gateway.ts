import type { Gateway, Setup } from '../setup.ts';

export type { Gateway } from '../setup.ts';

/** The container of LiteLLM that the setup is of; none where none is known. */
export function gateways({ gateway }: Setup): readonly Gateway[] {
  return gateway === undefined ? [] : [gateway];
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
