import { SHAPE_AGAIN } from '../../../config/cost.ts';
import type { GatewayConfig } from '../../../config/effective.ts';
import type { ShapeCheck } from '../../../fidelity/runner.ts';
import { SHAPES } from '../../../fidelity/shapes.ts';
import type { CacheType, NotAsked } from '../../../model/cache.ts';
import { FIDELITY_SHAPE, type FidelityShape } from '../../../model/fidelity.ts';
import type { FidelityStatus, ShapeStatus } from '../../../model/status.ts';

/** What was found of a shape. `at` is Unix milliseconds, `ranAt` milliseconds of the monotonic clock. */
export interface FoundShape {
  readonly check: ShapeCheck;
  readonly at: number;
  readonly ranAt: number;
  readonly traceId: string;
}

interface ShapeRecord {
  readonly shape: FidelityShape;
  /** It has its turn as soon as there is one: it was never tried, or what was found may be of another gateway. */
  readonly isDue: boolean;
  /** The last try, on the monotonic clock. */
  readonly triedAt?: number | undefined;
  /** The last try that showed something; one that did not leaves it. */
  readonly found?: FoundShape | undefined;
  /** Since when it shows the same, Unix milliseconds. */
  readonly since?: number | undefined;
  /** Why the last try showed nothing. */
  readonly failed?: ShapeCheck | undefined;
}

/** What is known of what a gateway's cache does to answers. It is never changed: a try makes another one of it. */
export interface FidelityMemory {
  readonly accepted: readonly FidelityShape[];
  /** In this time each shape has its turn once; in milliseconds. */
  readonly interval: number;
  /** Rounds come at whole intervals of the gateway, give or take this, in milliseconds. */
  readonly slack: number;
  /** What was found counts for so long, in milliseconds. */
  readonly lifetime: number;
  readonly records: readonly ShapeRecord[];
  readonly notAsked?: NotAsked | undefined;
}

/** What releases in use are known to get wrong has the first turns after a start: what is worst is known soonest. */
const FIRST: readonly FidelityShape[] = ['embeddings_batch', 'stream_reasoning', 'stream_usage'];
/** What was found counts for so many turns. */
const TURNS = 3;

/** Nothing was tried yet. Undefined for a gateway whose shapes are not tried. */
export function createFidelity({ fidelity, interval }: Pick<GatewayConfig, 'fidelity' | 'interval'>): FidelityMemory | undefined {
  if (fidelity === undefined || fidelity.shapes.length === 0) return undefined;
  const shapes = FIDELITY_SHAPE.filter((shape) => fidelity.shapes.includes(shape));
  return {
    accepted: fidelity.accept,
    interval: fidelity.interval,
    slack: interval / 2,
    lifetime: TURNS * Math.max(fidelity.interval, shapes.length * interval),
    records: shapes.map((shape) => ({ shape, isDue: true })),
  };
}

/**
 * The shape whose turn it is at a monotonic time, in a cache of this type; undefined while none is due. Those that were never
 * tried come first, then what was tried the longest time ago.
 */
export function shapeInTurn(memory: FidelityMemory, cacheType: CacheType, now: number): FidelityShape | undefined {
  const due = memory.records.filter((record) => applies(record, cacheType) && isDue(record, memory, now));
  const [next] = due.toSorted((a, b) => turnOf(a) - turnOf(b));
  return next?.shape;
}

function turnOf({ shape, triedAt }: ShapeRecord): number {
  return triedAt ?? Number.MIN_SAFE_INTEGER + (FIRST.includes(shape) ? FIRST.indexOf(shape) : FIRST.length);
}

function isDue({ isDue: isMarked, triedAt, failed }: ShapeRecord, { interval, slack }: FidelityMemory, now: number): boolean {
  return isMarked || triedAt === undefined || now - triedAt >= (failed === undefined ? interval : interval / SHAPE_AGAIN) - slack;
}

function applies({ shape }: ShapeRecord, cacheType: CacheType): boolean {
  return SHAPES[shape].semantic !== true || cacheType.endsWith('-semantic');
}

/**
 * Takes in a try. A miss or a refusal where something else was known counts when the next try shows it as well: what is known is
 * proven by content, and a miss can be chance.
 */
export function withShape(memory: FidelityMemory, tried: FoundShape): FidelityMemory {
  const { check, at, ranAt } = tried;
  const records = memory.records.map((record): ShapeRecord => {
    if (record.shape !== check.shape) return record;
    const { found: before } = record;
    const isNew = check.result !== before?.check.result;
    const isWeak = check.result === 'not_cached' || check.result === 'refused';
    const isConfirmed = record.failed?.result === check.result;
    if (check.result === 'unknown' || (isWeak && isNew && before !== undefined && !isConfirmed)) {
      return { ...record, isDue: check.result !== 'unknown', triedAt: ranAt, failed: check };
    }
    return { shape: record.shape, isDue: false, triedAt: ranAt, found: tried, since: isNew ? at : (record.since ?? at) };
  });
  return { ...memory, records, notAsked: undefined };
}

/** Takes in why no shape was tried although it was its turn. */
export function withoutShape(memory: FidelityMemory, notAsked: NotAsked): FidelityMemory {
  return { ...memory, notAsked };
}

/**
 * Takes in what a round tells of the gateway. Another one (`isReplaced`: of another release, or with a cache of another type) has shown
 * nothing. One that was down, or has other settings (`isSame` false), may treat answers otherwise: what was found stays, and each
 * shape has its turn again.
 */
export function fidelityAfter(memory: FidelityMemory, { isSame, isReplaced }: { isSame: boolean; isReplaced: boolean }): FidelityMemory {
  if (isReplaced) return { ...memory, records: memory.records.map(({ shape }) => ({ shape, isDue: true })) };
  return isSame ? memory : { ...memory, records: memory.records.map((record) => ({ ...record, isDue: true })) };
}

/** What is known of each shape at a monotonic time, in a cache of this type. */
export function shapeStatuses(memory: FidelityMemory, cacheType: CacheType, now: number): ShapeStatus[] {
  return memory.records.filter((record) => applies(record, cacheType)).map((record) => shapeStatus(memory, record, now));
}

function shapeStatus({ accepted, lifetime }: FidelityMemory, { shape, found, since, failed }: ShapeRecord, now: number): ShapeStatus {
  const isAccepted = accepted.includes(shape) ? { accepted: true as const } : {};
  if (found === undefined || now - found.ranAt > lifetime) {
    const { why = 'not_tried', failure, status } = failed ?? (found === undefined ? {} : { why: 'too_old' as const });
    return { shape, result: 'unknown', parts: [], why, ...isAccepted, ...(failure && { failure }), ...(status && { status }) };
  }
  const { check, at, traceId } = found;
  const { result, parts, failure, status } = check;
  const told = { ...(failure && { failure }), ...(status && { status }) };
  return { shape, result, parts, at, traceId, ...(since === undefined ? {} : { since }), ...isAccepted, ...told };
}

/** What the page shows. */
export function fidelityStatus(memory: FidelityMemory, cacheType: CacheType, now: number): FidelityStatus {
  const { notAsked } = memory;
  return { shapes: shapeStatuses(memory, cacheType, now), ...(notAsked === undefined ? {} : { notAsked }) };
}

/** The shapes that the cache answers wrongly, and that the configuration does not accept. */
export function wrongShapes(memory: FidelityMemory, cacheType: CacheType, now: number): ShapeStatus[] {
  return shapeStatuses(memory, cacheType, now).filter(({ result, accepted }) => result === 'wrong' && !accepted);
}
