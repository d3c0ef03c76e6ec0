import { singleLine } from '../masking/sanitize.ts';
import { ROUTES } from '../model/cache.ts';
import type {
  CredentialStatus,
  GatewayStatus,
  NoauthCandidate,
  NodeStatus,
  PairStatus,
  RefusedClient,
  ReplicaStatus,
  Status,
  TargetStatus,
  TenantsStatus,
  VerdictChange,
} from '../model/status.ts';
import { censusLine } from '../text/census.ts';
import { ago, count, seconds, span } from '../text/quantities.ts';
import {
  listedNodes,
  memoryText,
  noauthText,
  nodeState,
  refusalText,
  rejectionsText,
  sentinelText,
  slotsText,
  targetState,
} from '../text/target.ts';
import { tenantsSentence, tenantText } from '../text/tenants.ts';
import {
  AUTH_WORDS,
  FAILURE_WORDS,
  gatewaySentence,
  gatewayTone,
  nextStep,
  OUTCOME_WORDS,
  originText,
  speedupText,
  type Tone,
  VERDICT_WORDS,
} from '../text/words.ts';
import { fidelityLines } from './fidelity-lines.ts';
import { type Cell, type Paint, table, wrap } from './layout.ts';
import { reuseLines } from './reuse-lines.ts';

const INDENT = '  ';
const CHANGES_SHOWN = 5;
const CODE: Readonly<Record<Tone, number>> = { good: 32, warn: 33, bad: 31, none: 2 };

/**
 * A status for a person at a terminal: for each gateway the verdict with what it rests on, its pairs and
 * what to do next, then the Redis targets. At most 80 columns, except where a single word is longer.
 */
export function statusText(status: Status, options: { color: boolean }): string {
  const paint: Paint = (tone, text) => (options.color ? `\u001b[${CODE[tone]}m${text}\u001b[0m` : text);
  const width = Math.max(0, ...[...status.gateways, ...status.targets].map(({ name }) => name.length));
  const padded = <T extends { name: string }>(entry: T): T => ({ ...entry, name: entry.name.padEnd(width) });
  const blocks = [
    ...(status.configReload.successful ? [] : [reloadLines(status, paint)]),
    ...status.gateways.map((gateway) => gatewayLines(padded(gateway), status.now, paint)),
    ...status.targets.map((target) => targetLines(padded(target), status.now, paint)),
  ];
  return blocks.length === 0 ? 'nothing is configured\n' : `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function reloadLines({ configReload }: Status, paint: Paint): string[] {
  return [
    `configuration  ${paint('bad', 'NOT LOADED AGAIN')}`,
    ...configReload.problems.flatMap((problem) => wrap(singleLine(problem), INDENT)),
  ];
}

function gatewayLines(gateway: GatewayStatus, now: number, paint: Paint): string[] {
  const words = VERDICT_WORDS[gateway.verdict];
  const since = gateway.since === undefined ? undefined : `for ${span((now - gateway.since) / 1_000)}`;
  const expected = gateway.asExpected ? 'as expected' : undefined;
  const named = gateway.cause === 'none' || gateway.verdict === 'unknown' ? undefined : gateway.cause;
  const head = [gateway.name, paint(gatewayTone(gateway), words.title.toUpperCase()), gateway.doubt, expected, named, since];
  const next = nextStep(gateway);
  const hits = originText(gateway);
  return [
    head.filter((part) => part !== undefined).join('  '),
    ...wrap(gatewaySentence(gateway), INDENT),
    ...(gateway.evidence === '' ? [] : wrap(`Evidence: ${singleLine(gateway.evidence)}`, INDENT)),
    ...(next === '' ? [] : wrap(`Next: ${next}`, INDENT)),
    ...(gateway.pairs.length === 0 ? [] : ['', ...pairLines(gateway.pairs, now, paint)]),
    ...replicaLines(gateway.replicas ?? [], now),
    ...(gateway.fidelity === undefined ? [] : fidelityLines(gateway.fidelity, now, paint, INDENT)),
    ...(gateway.tenants === undefined ? [] : tenantLines(gateway.tenants, now)),
    ...(hits === undefined ? [] : wrap(singleLine(`hits ${hits}`), INDENT)),
    ...(gateway.speedup ? wrap(`duplicates ${speedupText(gateway.speedup)}`, INDENT) : []),
    ...wrap(singleLine(gatewayFacts(gateway)), INDENT),
    ...changeLines(gateway.history?.changes ?? [], now, paint),
  ];
}

/** The last changes of the verdict, newest first; the first verdict after the start is none. */
function changeLines(changes: readonly VerdictChange[], now: number, paint: Paint): string[] {
  const shown = changes.slice(1).slice(-CHANGES_SHOWN).toReversed();
  if (shown.length === 0) return [];
  const heading: Cell[] = ['verdict before', 'verdict', 'cause', 'when'].map((text, column) => ({
    text,
    paint: (quiet) => paint('none', quiet),
    right: column === 3,
  }));
  const rows = shown.map(({ at, from, to, cause }): Cell[] => [
    { text: VERDICT_WORDS[from].title },
    { text: VERDICT_WORDS[to].title, paint: (text) => paint(VERDICT_WORDS[to].tone, text) },
    { text: cause === 'none' ? '' : cause },
    { text: ago(at, now), right: true },
  ]);
  return ['', ...table([heading, ...rows], INDENT)];
}

function pairLines(pairs: readonly PairStatus[], now: number, paint: Paint): string[] {
  const heading: Cell[] = ['route', 'outcome', 'first', 'duplicate', 'ttl', 'when'].map((text, column) => ({
    text,
    paint: (quiet) => paint('none', quiet),
    right: column >= 2,
  }));
  const rows = pairs.map((pair): Cell[] => [
    { text: ROUTES[pair.route].title },
    { text: OUTCOME_WORDS[pair.outcome].title, paint: (text) => paint(OUTCOME_WORDS[pair.outcome].tone, text) },
    { text: pair.firstSeconds === undefined ? '' : seconds(pair.firstSeconds), right: true },
    { text: pair.duplicateSeconds === undefined ? '' : seconds(pair.duplicateSeconds), right: true },
    { text: pair.ttlSeconds === undefined ? '' : span(pair.ttlSeconds), right: true },
    { text: ago(pair.at, now), right: true },
  ]);
  const [first = '', ...lines] = table([heading, ...rows], INDENT);
  const reasons = pairs.map((pair) => wrap(singleLine(pair.evidence), INDENT.repeat(2)));
  return [first, ...lines.flatMap((line, index) => [line, ...(reasons[index] ?? [])])];
}

function replicaLines(replicas: readonly ReplicaStatus[], now: number): string[] {
  const lines = replicas.map(
    ({ from, to, outcome, at }) => `written by ${from}, read by ${to}: ${OUTCOME_WORDS[outcome].title}, ${ago(at, now)}`,
  );
  return lines.flatMap((line) => wrap(singleLine(line), INDENT));
}

function tenantLines(tenants: TenantsStatus, now: number): string[] {
  const lines = tenants.pairs.map(
    (pair) => `asked by ${pair.from}, repeated by ${pair.to}: ${tenantText(pair, tenants.expected).title}, ${ago(pair.at, now)}`,
  );
  return [...wrap(tenantsSentence(tenants), INDENT), ...lines.flatMap((line) => wrap(singleLine(line), INDENT.repeat(2)))];
}

function gatewayFacts(gateway: GatewayStatus): string {
  const facts = [
    gateway.url,
    gateway.version === undefined ? undefined : `version ${gateway.version}`,
    gateway.cacheType === undefined ? undefined : `cache ${gateway.cacheType}`,
    gateway.redisTarget === undefined ? undefined : `Redis target ${gateway.redisTarget}`,
    gateway.up === false ? 'not alive' : undefined,
    gateway.ready === false ? 'not ready' : undefined,
    gateway.costUsd === 0 ? undefined : `${gateway.costUsd.toFixed(4)} USD spent`,
  ];
  return facts.filter((fact) => fact !== undefined).join(', ');
}

function targetLines(target: TargetStatus, now: number, paint: Paint): string[] {
  const { tone, title } = targetState(target);
  const rejections = rejectionsText(target);
  const rows = table(
    target.credentials.map(({ credential, state: auth, error }) => [
      { text: `credential ${credential}` },
      { text: AUTH_WORDS[auth].title, paint: (text) => paint(AUTH_WORDS[auth].tone, text) },
      { text: error === undefined ? '' : FAILURE_WORDS[error] },
    ]),
    INDENT,
  );
  const facts = [
    target.address,
    target.version === undefined ? undefined : `version ${target.version}`,
    target.role,
    target.clusterOk === false ? 'CLUSTER FAILS' : undefined,
    target.master === undefined ? undefined : `master ${target.master}`,
    target.sentinelUp ? `Sentinels: ${sentinelText(target)}` : undefined,
    target.keys === undefined ? undefined : `${count(target.keys)} keys`,
    memoryText(target),
    target.maxMemoryPolicy,
    target.scrapeSeconds === undefined ? undefined : `scraped in ${seconds(target.scrapeSeconds)}`,
  ];
  const failure = target.detail ?? (target.failure === undefined ? undefined : `${FAILURE_WORDS[target.failure]}`);
  return [
    [target.name, paint(tone, title.toUpperCase())].join('  '),
    ...(failure === undefined ? [] : wrap(singleLine(failure), INDENT)),
    ...wrap(singleLine(facts.filter((fact) => fact !== undefined).join(', ')), INDENT),
    ...target.credentials.flatMap((credential, index) => [rows[index] ?? '', ...refusedSince(credential, now)]),
    ...nodeLines(target.nodes),
    ...(target.problems ?? []).flatMap((sentence) => wrap(singleLine(sentence), INDENT)),
    ...(rejections === undefined ? [] : wrap(`refused to others: ${rejections}`, INDENT)),
    ...(target.census === undefined ? [] : wrap(censusLine(target.census, now), INDENT)),
    ...(target.unseen ?? []).flatMap((sentence) => wrap(singleLine(`not visible: ${sentence}`), INDENT)),
    ...(target.censusDetail === undefined ? [] : wrap(singleLine(`no census: ${target.censusDetail}`), INDENT)),
    ...reuseLines(target.reuse, INDENT),
    ...(target.refused ?? []).flatMap((client) => wrap(singleLine(refusedLine(client, now)), INDENT.repeat(2))),
    ...(target.noauth === undefined ? [] : noauthLines(target.noauth.candidates)),
  ];
}

/** The nodes of a cluster, each as short as it gets. */
function nodeLines(all: readonly NodeStatus[] | undefined): string[] {
  if (all === undefined) return [];
  const { nodes, more } = listedNodes(all);
  const lines = nodes.map((node) => {
    const slots = slotsText(node);
    const facts = [node.role, slots === '' ? undefined : `${slots} slots`, nodeState(node).title].filter((fact) => fact !== undefined);
    return `node ${node.name}: ${facts.join(', ')}`;
  });
  return [...lines, ...(more === 0 ? [] : [`and ${count(more)} more nodes`])].flatMap((line) => wrap(singleLine(line), INDENT));
}

function refusedLine(client: RefusedClient, now: number): string {
  const { user, address, library, count: times, at } = client;
  return `${refusalText(client)} to ${user}${from(address, library)}, ${count(times)} ${times === 1 ? 'time' : 'times'}, last ${ago(at, now)}`;
}

function noauthLines(candidates: readonly NoauthCandidate[] | undefined): string[] {
  const lines = (candidates ?? []).map(({ address, library, connections }) => `${count(connections)}${from(address, library)}`);
  return [...wrap(noauthText(candidates), INDENT), ...lines.flatMap((line) => wrap(singleLine(line), INDENT.repeat(2)))];
}

function from(address: string | undefined, library: string | undefined): string {
  return `${address === undefined ? '' : ` from ${address}`}${library === undefined ? '' : ` with ${library}`}`;
}

function refusedSince({ state, lastSuccessAt }: CredentialStatus, now: number): string[] {
  if (state !== 'failed') return [];
  return [
    `${INDENT.repeat(2)}last accepted ${lastSuccessAt === undefined ? 'never since this exporter started' : ago(lastSuccessAt, now)}`,
  ];
}
