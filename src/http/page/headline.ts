import type { GatewayStatus, Status, TargetStatus } from '../../model/status.ts';
import { moment } from '../../text/quantities.ts';
import { targetState } from '../../text/target.ts';
import { CAUSE_WORDS, FAILURE_WORDS, gatewayTitle, gatewayTone, type Tone } from '../../text/words.ts';

/** How many are named in a sentence; the rest is counted. */
const MAX_NAMED = 5;

const ORDER: Readonly<Record<Tone, number>> = { bad: 0, warn: 1, none: 2, good: 3 };

/** Worst first: broken, to be looked at, not known, in order; of the same kind by name. */
export function worstFirst(gateways: readonly GatewayStatus[]): GatewayStatus[] {
  return gateways.toSorted((a, b) => ORDER[gatewayTone(a)] - ORDER[gatewayTone(b)] || a.name.localeCompare(b.name, 'en'));
}

/** Worst first: the targets that cannot be used, then the others, by name. */
export function worstTargetsFirst(targets: readonly TargetStatus[]): TargetStatus[] {
  return targets.toSorted((a, b) => ORDER[targetState(a).tone] - ORDER[targetState(b).tone] || a.name.localeCompare(b.name, 'en'));
}

/** What a person has to know first, a sentence each, the worst first. Empty where nothing is configured. */
export function headline({ gateways, targets }: Status): { tone: Tone; text: string }[] {
  const ordered = worstFirst(gateways);
  const broken = ordered.filter((gateway) => gatewayTone(gateway) === 'bad');
  const doubtful = ordered.filter((gateway) => gatewayTone(gateway) === 'warn');
  const unknown = ordered.filter((gateway) => gatewayTone(gateway) === 'none');
  const unusable = worstTargetsFirst(targets).filter((target) => targetState(target).tone === 'bad');
  const good = gateways.length - broken.length - doubtful.length - unknown.length;
  return [
    ...about(broken, 'is broken', 'are broken', 'bad'),
    ...unusable.slice(0, MAX_NAMED).map((target) => ({ tone: 'bad' as const, text: targetSentence(target, gateways) })),
    ...more(unusable.length, 'Redis target', 'bad'),
    ...about(doubtful, 'needs a look', 'need a look', 'warn'),
    ...about(unknown, 'is not known', 'are not known', 'none'),
    ...(good === 0
      ? []
      : [{ tone: 'good' as const, text: `${good} of ${plural(gateways.length, 'gateway')} ${good === 1 ? 'is' : 'are'} in order.` }]),
  ];
}

function about(gateways: readonly GatewayStatus[], one: string, several: string, tone: Tone): { tone: Tone; text: string }[] {
  const [first] = gateways;
  if (first === undefined) return [];
  if (gateways.length === 1) {
    const cause = CAUSE_WORDS[first.cause].title;
    const since = first.since === undefined ? '' : ` since ${moment(first.since)}`;
    return [{ tone, text: `${first.name} ${one}: ${gatewayTitle(first)}${since}${cause === '' ? '' : `, ${cause}`}.` }];
  }
  const names = gateways.slice(0, MAX_NAMED).map((gateway) => `${gateway.name} (${gatewayTitle(gateway)})`);
  const rest = gateways.length > MAX_NAMED ? ` and ${gateways.length - MAX_NAMED} more` : '';
  return [{ tone, text: `${gateways.length} gateways ${several}: ${names.join(', ')}${rest}.` }];
}

function targetSentence(target: TargetStatus, gateways: readonly GatewayStatus[]): string {
  const users = gateways.filter(({ redisTarget }) => redisTarget === target.name);
  const reason = target.failure === undefined ? '' : `: ${FAILURE_WORDS[target.failure]}`;
  const stale = users.filter(({ verdict }) => verdict === 'working').map(({ name }) => name);
  const shown = stale.length === 0 ? '' : ` The verdict on ${listed(stale)} is that of the last pair, from before.`;
  return `Redis ${target.name} is ${targetState(target).title}${reason}.${shown}`;
}

function listed(names: readonly string[]): string {
  const rest = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return `${names.slice(0, MAX_NAMED).join(', ')}${rest}`;
}

function more(count: number, noun: string, tone: Tone): { tone: Tone; text: string }[] {
  return count > MAX_NAMED ? [{ tone, text: `${plural(count - MAX_NAMED, noun)} more cannot be used.` }] : [];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
