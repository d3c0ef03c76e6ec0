import type { Impossible } from './fault.ts';
import type { Healthy } from './healthy.ts';
import type { RandomRuns } from './random.ts';
import { SCORE } from './score.ts';
import { HANGING, INTERVAL, TIMEOUT } from './settings.ts';
import type { Run } from './stage.ts';

/** Everything that a gauntlet found. */
export interface Found {
  /** The day, as 2026-11-22. */
  date: string;
  /** The exact command. */
  command: string;
  versions: string;
  /** How many faults were over when this was written, each counted for every release, with noise and without. */
  over: { done: number; of: number };
  runs: readonly Run[];
  /** Runs that could not be made, each with its reason. */
  broken: readonly string[];
  healthy?: Healthy | undefined;
  random?: RandomRuns | undefined;
  impossible: readonly Impossible[];
}

/** The page docs/gauntlet.md. */
export function reportOf(found: Found): string {
  const all = [...found.runs, ...(found.random?.runs ?? [])];
  return [
    '# The fault gauntlet',
    '',
    `Written on ${found.date} by \`${found.command}\`: real LiteLLM gateways in front of a real Redis, every fault injected for real, the exporter in a process of its own with an interval of ${INTERVAL / 1000} s, its word read from \`/metrics\`. ${found.versions}`,
    '',
    `${found.over.done} of ${found.over.of} rows of the table below were complete when this was written. The runs of a row follow each other on the same gateways.`,
    '',
    ...summary(all, [...found.broken, ...(found.random?.broken ?? [])]),
    '',
    ...comparison(found.runs),
    '',
    '## Every fault',
    '',
    'Seconds to detection are counted from the end of the injection until verdict and cause are the expected ones, seconds to heal from its end until the verdict is `working`: median, and the longest in brackets. A dash means a fault that has to leave the verdict `working`, or that is over by itself. *Noise* is a client that sends a PING without a password and a forbidden command every 5 s. *Score* counts runs with the right verdict and cause in time. The last four columns are what the other signals showed in that state: the status of `/cache/ping` and of `/health/readiness`, the second of two identical chat requests, and `redis_up`.',
    '',
    `In time is within two intervals and the ${TIMEOUT / 1000} s that a request of the round under way may take; within ${HANGING} intervals where every request hangs until that limit, because two of those are longer than an interval here; and within eleven where only every tenth pair shows it.`,
    '',
    ...table(found.runs),
    ...notRight('##', all, found.broken),
    ...list(
      '## Cannot be brought about here',
      found.impossible.map(({ name, cannot }) => `${name}: ${cannot}`),
    ),
    ...healthySection(found.healthy),
    ...randomSection(found.random),
  ].join('\n');
}

/** A section of the page about runs in another setting, with what is special about that. */
function section({ date, command, versions, over, runs, broken }: Found, heading: string, setting: string): string {
  return [
    heading,
    '',
    `Written on ${date} by \`${command}\`, otherwise as above. ${versions} ${over.done} of ${over.of} rows were complete.`,
    '',
    setting,
    '',
    ...summary(runs, broken),
    '',
    ...table(runs),
    ...notRight('###', runs, broken),
  ].join('\n');
}

/** Above what two faults at once gave. */
const PAIRS_HEADING = '## Two faults at once';

/** The section of the page with two faults at once. */
export function pairsOf(found: Found): string {
  return section(
    found,
    PAIRS_HEADING,
    'The gateway has a namespace, and its user may use the keys of that namespace only: LiteLLM 1.110.2 keeps its limits outside of it and is refused some 29 commands in each round, whatever else is wrong. Each fault runs beside that noise by itself, then every two at once. Of two causes that are both true either is right, and so is `undetermined`; a third is wrong.',
  );
}

/** Above what the faults gave with the origin in place of the mock model. */
const ORIGIN_HEADING = '## With the origin behind the gateways';
const STRIPPED_HEADING = '## With the origin behind the gateways, and no header left';

/** The section of the page with the origin in place of the mock model; `stripped`: with no header left of an answer that tells of its cache. */
export function originOf(found: Found, stripped: boolean): string {
  return section(
    found,
    stripped ? STRIPPED_HEADING : ORIGIN_HEADING,
    `The model that is probed leads to the origin of the exporter, and hits are told by the content of answers.${stripped ? ' A proxy between the exporter and the gateway takes every header out of the answers that begins with `x-litellm-` or `llm_provider-`; how long the entries of users live is then not known, as only a header names their keys.' : ''} Verdicts and causes have to be those above.`,
  );
}

/** Above what the faults of the server gave on a cluster. */
const CLUSTER_HEADING = '## On a Redis Cluster';

/** The section of the page with the faults of the server on a cluster. */
export function clusterOf(found: Found): string {
  return section(
    found,
    CLUSTER_HEADING,
    'The gateway has all nodes in `redis_startup_nodes`, the exporter in `redis[].cluster`. A fault of one server is one of all nodes at once; `redis_up` is that of the node that is worst off. LiteLLM does not start when a cluster refuses its login, so a password that is wrong from the start is no row of the table. `/cache/ping` is not asked: LiteLLM from 1.104 on takes seconds for it before a cluster and lets every other request wait meanwhile.',
  );
}

/** A page with a section, in the place of the one with the same heading, or at its end. */
export function withSection(page: string, section: string): string {
  const [heading = ''] = section.split('\n', 1);
  const lines = page.trimEnd().split('\n');
  const from = lines.indexOf(heading);
  if (from < 0) return `${lines.join('\n')}\n\n${section.trimEnd()}\n`;
  const next = lines.findIndex((line, index) => index > from && line.startsWith('## '));
  const after = next < 0 ? [] : ['', ...lines.slice(next)];
  return `${[...lines.slice(0, from), ...section.trimEnd().split('\n'), ...after].join('\n')}\n`;
}

/** What is added to the page when faults are run that it does not have. */
export function additionOf({ date, command, versions, runs, broken }: Found): string {
  return [
    `## Added on ${date}`,
    '',
    `By \`${command}\`, otherwise as above. ${versions}`,
    '',
    ...summary(runs, broken),
    '',
    ...table(runs),
    ...notRight('###', runs, broken),
  ].join('\n');
}

function table(runs: readonly Run[]): string[] {
  return [
    '| fault | LiteLLM | noise | verdict | cause | detected | healed | score | /cache/ping | readiness | duplicate chat | redis_up |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...grouped(runs).map(row),
    '',
  ];
}

function notRight(level: '##' | '###', runs: readonly Run[], broken: readonly string[]): string[] {
  return [...list(`${level} Not right`, runs.filter(({ score }) => score !== 'right').map(explained)), ...list(`${level} Not run`, broken)];
}

function summary(runs: readonly Run[], broken: readonly string[]): string[] {
  const counts = SCORE.map((score) => `${runs.filter((run) => run.score === score).length} ${score}`);
  const right = runs.filter(({ score }) => score === 'right').length;
  const share = ((100 * right) / (runs.length + broken.length)).toFixed(1);
  const seen = runs.flatMap(({ detectedAfter }) => detectedAfter ?? []);
  const soon = seen.filter((after) => after <= (2 * INTERVAL) / 1000).length;
  return [
    `**${runs.length + broken.length} runs: ${counts.join(', ')}, ${broken.length} not run; ${share} % right.**`,
    '',
    `Of ${seen.length} faults that were seen, ${soon} were seen within two intervals (${(2 * INTERVAL) / 1000} s).`,
  ];
}

/** In how many of the states that are an outage the other signals looked well. */
function comparison(runs: readonly Run[]): string[] {
  const bad = grouped(runs).flatMap(([first]) => (first !== undefined && first.said.cause !== 'none' ? [first] : []));
  const well = (good: (run: Run) => boolean) => bad.filter(good).length;
  return [
    `States of this page in which something was wrong: ${bad.length}. In those, \`/cache/ping\` answered 200 in ${well(({ others }) => others.cachePing === '200')}, \`/health/readiness\` answered 200 in ${well(({ others }) => others.readiness === '200')}, a duplicate chat came back as a hit in ${well(({ others }) => others.duplicateChat === 'hit')}, and \`redis_up\` was 1 in ${well(({ others }) => others.redisUp === '1')}.`,
  ];
}

function row(runs: readonly Run[]): string {
  const [first] = runs;
  if (first === undefined) return '';
  const { fault, release, noise } = first;
  const told = (tell: (run: Run) => string) => [...new Set(runs.map(tell))].join(', ');
  const right = runs.filter(({ score }) => score === 'right').length;
  const cells = [
    fault,
    release,
    noise ? 'yes' : 'no',
    told(({ said }) => said.verdict),
    told(({ said }) => said.cause),
    seconds(runs.map(({ detectedAfter }) => detectedAfter)),
    seconds(runs.map(({ healedAfter }) => healedAfter)),
    `${right}/${runs.length}`,
    told(({ others }) => others.cachePing),
    told(({ others }) => others.readiness),
    told(({ others }) => others.duplicateChat),
    told(({ others }) => others.redisUp),
  ];
  return `| ${cells.join(' | ')} |`;
}

function seconds(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const [median, most] = [known[Math.floor(known.length / 2)], known.at(-1)];
  if (median === undefined || most === undefined) return '–';
  return known.length === 1 ? median.toFixed(1) : `${median.toFixed(1)} (${most.toFixed(1)})`;
}

function explained({ fault, release, noise, score, path, evidence = [] }: Run): string {
  const said = evidence.map((words) => ` "${words}"`).join('');
  return `${score}: ${fault}, LiteLLM ${release}${noise ? ', with noise' : ''}. Reported: ${path.join(', then ')}.${said}`;
}

/** Runs of the same fault, release and noise; those of a fault beside each other. */
function grouped(runs: readonly Run[]): Run[][] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const key = JSON.stringify([run.fault, run.release, run.noise]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const faults = [...new Set(runs.map(({ fault }) => fault))];
  const place = ([run]: readonly Run[]) => (run === undefined ? '' : `${run.noise ? 1 : 0} ${run.release}`);
  return faults.flatMap((fault) =>
    [...groups.values()].filter(([run]) => run?.fault === fault).sort((a, b) => place(a).localeCompare(place(b))),
  );
}

function healthySection(healthy: Healthy | undefined): string[] {
  if (healthy === undefined) return [];
  const { minutes, requests, answered, readings, alarms } = healthy;
  const said = alarms.length === 0 ? 'no verdict but `working`' : `${alarms.length} that were not \`working\``;
  return [
    '## Healthy traffic',
    '',
    `${minutes} minutes, ${requests} requests of users, ${answered} answered; ${readings} readings, ${said}.`,
    '',
    ...alarms.map((alarm) => `- ${alarm}`),
    '',
  ];
}

function randomSection(random: RandomRuns | undefined): string[] {
  if (random === undefined) return [];
  const { minutes, runs, broken, memory } = random;
  const right = runs.filter(({ score }) => score === 'right').length;
  return [
    '## Random faults',
    '',
    `${minutes} minutes, ${runs.length} faults, ${right} right, ${broken.length} that could not be run. Resident memory of the exporter: ${memory.middle.toFixed(1)} MB on average in the second third of the time, ${memory.end.toFixed(1)} MB in the last, ${memory.most.toFixed(1)} MB at most; ${memory.growthPerHour.toFixed(1)} MB an hour.`,
    '',
    ...broken.map((reason) => `- not run: ${reason}`),
  ];
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, '', ...lines.map((line) => `- ${line}`), ''];
}
