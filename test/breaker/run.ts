/**
 * `node test/breaker/run.ts --release 1.110.2`: how long a gateway of a release needs to find back to its Redis, by what
 * went wrong and by what its users send, as a table in Markdown on standard output. Some 20 s for each line, a minute and a
 * restart of the gateway where it does not find back. The tables of docs/releases.md are from it.
 */
import { parseArgs } from 'node:util';
import { progressToStderr } from '../../dev/progress.ts';
import { parseRelease } from '../release/parse-release.ts';
import { type Case, measureRecovery, type Recovery, TRAFFIC } from './recovery.ts';
import { TROUBLES, type TroubleName } from './trouble.ts';

const { values } = parseArgs({
  options: {
    release: { type: 'string', default: '1.110.2' },
    trouble: { type: 'string', multiple: true },
    traffic: { type: 'string', multiple: true },
    recovery: { type: 'string', default: '5' },
    exporter: { type: 'boolean', default: false },
  },
});

function isTrouble(name: string): name is TroubleName {
  return name in TROUBLES;
}

const troubles = Object.keys(TROUBLES)
  .filter(isTrouble)
  .filter((name) => values.trouble?.includes(name) ?? true);
const cases = troubles.flatMap((trouble) =>
  TRAFFIC.filter((name) => values.traffic?.includes(name) ?? true).map(
    (traffic): Case => ({ trouble, traffic, recovery: Number(values.recovery), exporter: values.exporter }),
  ),
);
const release = parseRelease(values.release);
const found = await measureRecovery(release, cases, progressToStderr());

const cell = ({ seconds, patience, verdict }: Recovery) =>
  `${seconds === undefined ? `not within ${patience} s` : `${seconds.toFixed(1)} s`}${verdict === undefined ? '' : `, ${verdict}`}`;
const of = (trouble: TroubleName) =>
  TRAFFIC.map((traffic) => found.find((one) => one.trouble === trouble && one.traffic === traffic)).map((one) => (one ? cell(one) : '–'));
process.stdout.write(`| LiteLLM ${release}, recovery ${values.recovery} s | ${TRAFFIC.join(' | ')} |\n|---|---|---|---|\n`);
for (const trouble of troubles) process.stdout.write(`| ${trouble} | ${of(trouble).join(' | ')} |\n`);
