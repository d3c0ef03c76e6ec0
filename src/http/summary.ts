import type { Status } from '../model/status.ts';
import { targetState } from './target-text.ts';
import { gatewayTitle } from './words.ts';

/** How many gateways and targets are in which state: `3 gateways: 2 working, 1 memory only.`; a sentence each, none for what is not configured. */
export function summary({ gateways, targets }: Status): string[] {
  return [
    ...counted('gateway', gateways.map(gatewayTitle)),
    ...counted(
      'Redis target',
      targets.map((target) => targetState(target).title),
    ),
  ];
}

function counted(noun: string, states: readonly string[]): string[] {
  if (states.length === 0) return [];
  const parts = [...new Set(states)].map((state) => `${states.filter((other) => other === state).length} ${state}`);
  return [`${states.length} ${noun}${states.length === 1 ? '' : 's'}: ${parts.join(', ')}.`];
}
