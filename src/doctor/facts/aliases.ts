import { isSection } from '../../source/section.ts';
import type { Setup } from '../setup.ts';
import { scalar } from './value.ts';

/** Names lead to names this often. */
const MAX_STEPS = 5;

/**
 * What a host name leads to from the container of LiteLLM: `extra_hosts` of Compose, `hostAliases` of a pod, or a
 * Service of type ExternalName; the name itself where the evidence has nothing of it.
 */
export function aliased(setup: Setup, host: string): string {
  let name = host.toLowerCase().replace(/\.$/, '');
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = inFile(setup, name) ?? external(setup, name);
    if (next === undefined || next === '' || next === name) return name;
    name = next.toLowerCase().replace(/\.$/, '');
  }
  return name;
}

function inFile({ gateway }: Setup, name: string): string | undefined {
  const own = gateway?.workload?.aliases;
  if (own !== undefined && Object.hasOwn(own, name)) return own[name];
  const given = gateway?.service?.tree.extra_hosts;
  if (isSection(given))
    return Object.entries(given)
      .find(([key]) => key.toLowerCase() === name)?.[1]
      ?.toString();
  const entries = Array.isArray(given) ? given.flatMap((entry: unknown) => scalar(entry) ?? []) : [];
  return entries.map((entry) => /^([^:=]+)[:=]\[?([^\]]+)\]?$/.exec(entry)).find((found) => found?.[1]?.toLowerCase() === name)?.[2];
}

/** A Service is known by its name in its namespace, and by both names everywhere. */
function external({ clusterServices, gateway }: Setup, name: string): string | undefined {
  const own = gateway?.workload?.namespace ?? '';
  const [service, namespace = own] = name.replace(/\.svc(?:\..*)?$/, '').split('.');
  return clusterServices.find(
    (one) =>
      one.external !== undefined && one.name === service && (one.namespace === namespace || one.namespace === '' || namespace === ''),
  )?.external;
}
