import type { Fault } from './fault.ts';
import { VARIANTS, type Variant, type VariantName } from './gateways.ts';
import type { Stack } from './stack.ts';

/** The gateways of a row of faults. */
export interface Supply {
  /** Waits until a fault of the row has its gateways, starts those of the next one and ends those that no fault needs any more. */
  ready(fault: Fault): Promise<void>;
}

/** How many faults ahead a gateway is started: what it takes to start one. */
const AHEAD = 3;

/** Starts gateways as late as it can without keeping a fault waiting: one takes ten seconds to start, and much memory. */
export function supply(stack: Stack, faults: readonly Fault[]): Supply {
  return {
    async ready(fault) {
      const rest = faults.slice(faults.indexOf(fault));
      const needed = new Set<VariantName>(['standard', ...rest.flatMap(({ gateways = [] }) => gateways)]);
      for (const name of stack.running()) if (!needed.has(name)) await stack.end(name);
      await stack.need(['standard', ...(fault.gateways ?? [])]);
      const next = rest.slice(1, 1 + AHEAD).find(({ gateways = [] }) => gateways.some((name) => !stack.running().includes(name)));
      const quiet = next?.gateways?.every((name) => isQuiet(VARIANTS[name])) === true;
      // What goes wrong with it is told when it is needed.
      if (quiet) stack.need(next?.gateways ?? []).catch(() => undefined);
    },
  };
}

function isQuiet(variant: Variant): boolean {
  return variant.loud !== true;
}
