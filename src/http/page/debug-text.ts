import type { GatewayConfig } from '../../config/effective.ts';
import { printGateway } from '../../config/print.ts';
import { singleLine } from '../../masking/sanitize.ts';
import type { GatewayStatus, Status } from '../../model/status.ts';
import type { Judged } from '../../watch/gateway/judge.ts';

/** What is known of a gateway beside its status. */
export interface Inside {
  config: GatewayConfig;
  judged: Judged | undefined;
}

/**
 * Everything that led to the verdict on a gateway, for a terminal: its configuration without secrets, its
 * status and that of its Redis, what the last judgement was made of, and the past, newest first.
 * Undefined when the name is not known.
 */
export function debugText(status: Status, name: string, { config, judged }: Inside): string | undefined {
  const gateway = status.gateways.find((candidate) => candidate.name === name);
  if (gateway === undefined) return undefined;
  const { history, ...now } = gateway;
  const target = status.targets.find((candidate) => candidate.name === gateway.redisTarget);
  const sections: (readonly [title: string, lines: readonly string[]])[] = [
    ['Configuration', printGateway(config).trimEnd().split('\n').map(singleLine)],
    ['Status', facts('', now)],
    ['Last judgement', facts('', judged)],
    ['Redis target', facts('', target)],
    ...past(history),
  ];
  return [
    `# Gateway ${singleLine(name)} at ${new Date(status.now).toISOString()}`,
    ...sections.flatMap(([title, lines]) => (lines.length === 0 ? [] : ['', `## ${title}`, ...lines])),
  ].join('\n');
}

function past(history: GatewayStatus['history']): [string, string[]][] {
  if (history === undefined) return [];
  return [
    ['Changes of the verdict', history.changes.toReversed().map(oneLine)],
    ['Recent failures', history.failures.toReversed().map(oneLine)],
    ...history.pairs.map(({ route, records }): [string, string[]] => [`Pairs of ${route}`, records.toReversed().map(oneLine)]),
  ];
}

/** An entry of a list on a line of its own: `2026-03-04T05:06:07.000Z outcome=ok firstSeconds=0.25`. */
function oneLine({ at, ...rest }: { at: number }): string {
  const parts = Object.entries(rest).filter(([, value]) => value !== undefined);
  return [new Date(at).toISOString(), ...parts.map(([key, value]) => `${key}=${singleLine(String(value))}`)].join(' ');
}

/** The values in something, one a line, each with its path. */
function facts(path: string, value: unknown): string[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null)
    return [`${path}: ${isMoment(path, value) ? new Date(value).toISOString() : singleLine(String(value))}`];
  return Object.entries(value).flatMap(([key, part]) => facts(path === '' ? key : `${path}.${key}`, part));
}

function isMoment(path: string, value: unknown): value is number {
  return typeof value === 'number' && /(^|\.)(since|at|\w+At)$/.test(path);
}
