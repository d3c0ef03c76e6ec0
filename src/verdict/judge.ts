import type { Cause, Verdict } from '../model/cache.ts';
import type { Finding, Signals } from './signals.ts';
import { routesOf } from './standing.ts';
import { CAUSE_TABLE, VERDICT_TABLE } from './table.ts';

/** The state of a gateway's cache, why, and one sentence with what that rests on. */
export interface Judgement {
  verdict: Verdict;
  cause: Cause;
  evidence: string;
}

/**
 * Judges a gateway from the latest pair of each of its routes and from what else is known. A cause is only
 * named on proof; `none` stands for a state that is as it should be.
 */
export function judge(findings: readonly Finding[], signals: Signals): Judgement {
  const routes = routesOf(findings);
  const verdict = VERDICT_TABLE.find((row) => row.holds(routes, signals))?.verdict ?? 'unknown';
  const seen = describe(findings, signals);
  if (verdict === 'working') return { verdict, cause: 'none', evidence: seen };
  if (verdict === 'unknown')
    return { verdict, cause: 'undetermined', evidence: 'No pair of every route has run in the last three intervals.' };
  for (const row of CAUSE_TABLE) {
    const proof = row.verdicts.includes(verdict) ? row.proof(signals, findings) : undefined;
    if (proof === undefined) continue;
    const evidence = findings.length === 0 ? proof : `${proof} ${seen}`;
    return { verdict, cause: asExpected(verdict, signals) ? 'none' : row.cause, evidence };
  }
  return { verdict, cause: 'undetermined', evidence: seen };
}

/** Whether a verdict other than `working` is what the configuration says that it should be. */
export function asExpected(verdict: Verdict, { expected }: Pick<Signals, 'expected'>): boolean {
  return (verdict === 'local' && expected === 'local') || (verdict === 'disabled' && expected === 'none');
}

function describe(findings: readonly Finding[], { cachePing }: Signals): string {
  const pairs = findings.map(({ route, outcome, failure }) => `${route} ${outcome}${failure === undefined ? '' : ` (${failure})`}`);
  const ping = cachePing === undefined ? '' : `; /cache/ping answered ${cachePing}`;
  return `The last pairs were ${pairs.join(', ')}${ping}.`;
}
