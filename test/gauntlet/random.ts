import { randomInt } from 'node:crypto';
import type { Progress } from '../../dev/progress.ts';
import { metricValue } from '../support/metrics-text.ts';
import type { Fault } from './fault.ts';
import type { Stack } from './stack.ts';
import { type Run, runFault } from './stage.ts';

/** Faults in no order, and the memory of the exporter meanwhile. */
export interface RandomRuns {
  minutes: number;
  runs: Run[];
  /** Runs that could not be made, each with its reason. */
  broken: string[];
  memory: Memory;
}

/** The resident memory of the exporter in megabytes: the means of the second and of the last third of the time, and the most. */
interface Memory {
  middle: number;
  end: number;
  most: number;
  growthPerHour: number;
}

/** Runs faults that need no other gateway until the time is over; tells after each what was found so far. */
export async function runRandom(
  faults: readonly Fault[],
  stack: Stack,
  minutes: number,
  progress: Progress,
  tell: (soFar: RandomRuns) => void,
): Promise<void> {
  const some = faults.filter(({ gateways = [] }) => gateways.length === 0);
  const start = performance.now();
  const memory: { at: number; megabytes: number }[] = [];
  const runs: Run[] = [];
  const broken: string[] = [];
  while (performance.now() - start < minutes * 60_000) {
    const fault = some[randomInt(some.length)];
    if (fault === undefined) break;
    const result = await attempt(fault, stack);
    if (typeof result === 'string') broken.push(result);
    else runs.push(result);
    const megabytes = (metricValue(await stack.exporter.metrics(), 'process_memory_usage_bytes') ?? Number.NaN) / 1e6;
    memory.push({ at: performance.now() - start, megabytes });
    progress(`random: ${typeof result === 'string' ? `not run: ${result}` : `${result.score}, ${fault.name}`}; ${megabytes.toFixed(0)} MB`);
    tell({ minutes: Math.round((performance.now() - start) / 60_000), runs, broken, memory: memoryOf(memory) });
  }
}

/** A run, or why it could not be made. */
async function attempt(fault: Fault, stack: Stack): Promise<Run | string> {
  try {
    return await runFault(fault, stack, false);
  } catch (error) {
    return `${fault.name}: ${(error instanceof Error ? error.message : String(error)).split('\n', 1)[0]}`;
  }
}

function memoryOf(samples: readonly { at: number; megabytes: number }[]): Memory {
  const third = Math.floor(samples.length / 3);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const of = (part: readonly { at: number; megabytes: number }[]) => ({
    at: mean(part.map(({ at }) => at)),
    megabytes: mean(part.map(({ megabytes }) => megabytes)),
  });
  const [middle, end] = [of(samples.slice(third, 2 * third)), of(samples.slice(2 * third))];
  return {
    middle: middle.megabytes,
    end: end.megabytes,
    most: Math.max(...samples.map(({ megabytes }) => megabytes)),
    growthPerHour: ((end.megabytes - middle.megabytes) / (end.at - middle.at)) * 3_600_000,
  };
}
