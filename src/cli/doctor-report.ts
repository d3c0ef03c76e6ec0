import { type Attempts, createAttempts, type Failure, failureText } from '../doctor/attempt.ts';
import type { Reported } from '../doctor/examination.ts';
import { cacheType } from '../doctor/facts/cache-settings.ts';
import { environmentIsKnown } from '../doctor/facts/gateway.ts';
import { SEVERITY, type Severity } from '../doctor/finding.ts';
import { type Place, placeText } from '../doctor/place.ts';
import type { Masking } from '../doctor/report/masking.ts';
import type { Report } from '../doctor/report/report.ts';
import { settingRows } from '../doctor/report/settings-table.ts';
import { NEED, type Need, type Rule } from '../doctor/rule.ts';
import { RULES } from '../doctor/rules/index.ts';
import { CLIENT, type Setup } from '../doctor/setup.ts';
import { printableLine } from '../masking/mask.ts';
import { problemText } from '../source/problem.ts';
import { type Cell, table, wrap } from './layout.ts';

const INDENT = '  ';
/** Lines of files are cut at this length, so that an excerpt stays one line. */
const EXCERPT = 110;
const COLOUR: Readonly<Record<Severity, number>> = { critical: 31, high: 31, medium: 33, low: 36, info: 2 };

type Paint = (code: number, text: string) => string;

/**
 * The report for a person: what LiteLLM will use, then each finding as a compiler shows an error, then what failed and
 * the count. A part of the report that throws is named there.
 */
export function doctorText(report: Report, options: { color: boolean }, attempts: Attempts = createAttempts()): string {
  const paint: Paint = (code, text) => (options.color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const { findings, skipped } = report.examination;
  const blocks = [
    lookedAt(report),
    ...(report.setups ?? [report.setup]).flatMap((setup) =>
      attempts.run('the table of settings', () => clientBlocks(setup, setup.gateways.length > 1, report.mask, paint), []),
    ),
    ...findings.flatMap((finding) => attempts.run(`the report of ${finding.rule.id}`, () => [findingLines(finding, report, paint)], [])),
  ];
  const failed = [...report.examination.failed, ...attempts.failed];
  blocks.push(...failed.map((failure) => failureLines(failure, report.mask, paint)), totals(findings, failed.length, paint));
  const unread = skipped.length === 0 ? [] : [wrap(unreadText(skipped), '')];
  return `${[...blocks, ...unread].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** How to give the rules that did not run something to look at. */
function unreadText(skipped: readonly Rule[]): string {
  const options = NEED.filter((need) => skipped.some((rule) => rule.needs.includes(need))).map((need) => OPTION[need]);
  return `${skipped.length} of ${RULES.length} rules had nothing to look at; they take ${[...new Set(options)].join(', ')}.`;
}

const OPTION: Readonly<Record<Need, string>> = {
  always: '--litellm-config',
  litellm: '--litellm-config',
  environment: '--env-file',
  compose: '--compose',
  kubernetes: '--kubernetes',
  release: '--litellm-version',
  live: '--live',
};

/** So many of the files that were read are named. */
const MOST_NAMED = 50;

function lookedAt({ setup, files, notes }: Report): string[] {
  const environment = setup.variables.some(({ source }) => source === 'process') ? ['the environment'] : [];
  const named = files.slice(0, MOST_NAMED);
  const left = files.length - named.length;
  const seen = [...named, ...(left === 0 ? [] : [`${left} more files`]), ...environment];
  return [
    ...wrap(seen.length === 0 ? 'Nothing could be read.' : `Looked at ${seen.join(', ')}.`, ''),
    ...notes.flatMap((note) => wrap(`Note: ${problemText(note)}.`, '')),
  ];
}

/** A table for each client of an instance, with the name of the instance where there are several. */
function clientBlocks(setup: Setup, named: boolean, mask: Masking, paint: Paint): string[][] {
  const rows = settingRows(setup, mask);
  const who = mask.text(named && setup.gateway !== undefined ? `LiteLLM in ${setup.gateway.title}` : 'LiteLLM');
  const release = setup.release === undefined ? 'an unknown release' : `release ${setup.release.version}`;
  if (rows.length === 0 && setup.litellm !== undefined)
    return [[`${who}, ${release}, uses no Redis that is known: ${withoutRedis(setup)}`]];
  return CLIENT.filter((client) => rows.some((row) => row.client === client)).map((client) => {
    const heading = ['setting', 'effective value', 'from', 'hides'].map((text): Cell => ({ text, paint: (quiet) => paint(2, quiet) }));
    const cells = rows
      .filter((row) => row.client === client)
      .map((row): Cell[] => [
        { text: row.setting },
        { text: row.value },
        { text: row.from === 'default' ? 'default' : `${row.from} (${shortPlace(row.place)})` },
        {
          text: row.hides
            .map(({ from }) => from)
            .filter((from) => from !== 'default')
            .join(', '),
          paint: (text) => paint(33, text),
        },
      ]);
    return [`${paint(1, CLIENT_TITLE[client])} of ${who}, ${release}`, ...table([heading, ...cells], INDENT)];
  });
}

function withoutRedis(setup: Setup): string {
  const failing = CLIENT.some((client) => setup.resolutions[client].failure !== undefined);
  const type = cacheType(setup);
  if (failing && !environmentIsKnown(setup)) return 'its place is in the environment; name that with --env-file, --compose or --env.';
  return failing ? 'it cannot be made.' : type === undefined ? 'caching is off.' : `its cache is of type ${type}.`;
}

const CLIENT_TITLE = { cache: 'Cache', router: 'Router', coordination: 'Coordination Redis', semantic: 'Semantic cache' } as const;

function shortPlace(place: Place): string {
  return place.line === undefined ? place.source : `${place.source}:${place.line}`;
}

function findingLines(
  { place, severity, rule, message, consequence, fix, related = [] }: Reported,
  report: Report,
  paint: Paint,
): string[] {
  return [
    `${paint(1, printableLine(placeText(place)))}: ${paint(COLOUR[severity], severity)} ${paint(2, `[${rule.id}]`)}`,
    ...wrap(message, INDENT),
    ...excerpt(place, report, paint),
    ...wrap(consequence, INDENT),
    ...wrap(`Fix: ${fix}`, INDENT),
    ...related.flatMap((other) => wrap(`See ${placeText(other.place)}: ${other.message}`, INDENT)),
  ];
}

/** The line of a place with a caret below the column; the caret keeps its column where a mask in front of it has changed the length. */
function excerpt({ source, line, column }: Place, { setup, mask }: Report, paint: Paint): string[] {
  const text = line === undefined ? undefined : setup.line(source, line);
  if (line === undefined || text === undefined) return [];
  const shown = printableLine(mask.shown(source, line) ?? '').slice(0, EXCERPT);
  const gutter = String(line).padStart(5);
  const before = column === undefined ? undefined : printableLine(mask.line(text.slice(0, column - 1)));
  const caret =
    before === undefined || before.length >= shown.length
      ? []
      : [`${' '.repeat(gutter.length)} | ${' '.repeat(before.length)}${paint(31, '^')}`];
  return [`${gutter} | ${shown}`, ...caret];
}

function failureLines(failure: Failure, mask: Masking, paint: Paint): string[] {
  return wrap(`${paint(31, 'internal error')}: ${mask.text(failureText(failure))}.`, '');
}

function totals(findings: readonly Reported[], failed: number, paint: Paint): string[] {
  if (findings.length === 0) return [failed > 0 ? paint(33, 'Nothing found by the parts that did not fail.') : paint(32, 'Nothing found.')];
  const counts = SEVERITY.map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => paint(COLOUR[severity], `${count} ${severity}`));
  return [`${findings.length} finding${findings.length === 1 ? '' : 's'}: ${counts.join(', ')}.`];
}
