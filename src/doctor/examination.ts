import { type Failure, reasonOf } from './attempt.ts';
import type { Finding, Severity } from './finding.ts';
import { SEVERITY } from './finding.ts';
import type { Need, Rule } from './rule.ts';
import type { Setup } from './setup.ts';

/** A finding with the rule that reports it and the severity that it has there. */
export interface Reported extends Finding {
  rule: Rule;
  severity: Severity;
}

/** What the rules say about a setup. */
export interface Examination {
  /** Worst first; of equals by place, then by rule. */
  findings: readonly Reported[];
  /** Rules whose evidence was not given. */
  skipped: readonly Rule[];
  /** Rules, and other parts of the doctor, that failed on this evidence: a fault of this program. */
  failed: readonly Failure[];
}

/** Runs every rule that has something to look at. One that fails is named, and keeps none of the others from reporting. */
export function examine(setup: Setup, rules: readonly Rule[]): Examination {
  const runs = (rule: Rule) => rule.needs.some((need) => GIVEN[need](setup));
  const findings: Reported[] = [];
  const failed: Failure[] = [];
  for (const rule of rules.filter(runs)) {
    try {
      // A generator may fail after its first finding, which is kept.
      for (const finding of rule.check(setup)) findings.push({ ...finding, rule, severity: finding.severity ?? rule.severity });
    } catch (error) {
      failed.push({ part: `the rule ${rule.id}`, rule: rule.id, reason: reasonOf(error) });
    }
  }
  return { findings: findings.toSorted(byWeight), skipped: rules.filter((rule) => !runs(rule)), failed };
}

/**
 * The same of several instances: what is found in more than one of them at the same place is reported once, and says
 * of which where it is not of all. A rule counts as skipped where no instance had anything for it.
 */
export function examineAll(setups: readonly Setup[], rules: readonly Rule[]): Examination {
  const [first, ...others] = setups.map((setup) => examine(setup, rules));
  if (first === undefined || others.length === 0) return first ?? { findings: [], skipped: rules, failed: [] };
  const all = new Map<string, { finding: Reported; of: Set<number> }>();
  for (const [index, { findings }] of [first, ...others].entries())
    for (const finding of findings) {
      const key = JSON.stringify([finding.rule.id, finding.place, finding.message, finding.severity]);
      const known = all.get(key) ?? { finding, of: new Set() };
      all.set(key, { ...known, of: known.of.add(index) });
    }
  const skipped = first.skipped.filter((rule) => others.every((other) => other.skipped.includes(rule)));
  const failed = [first, ...others].flatMap((one) => one.failed);
  return {
    findings: [...all.values()].map(({ finding, of }) => attributed(finding, of, setups)).toSorted(byWeight),
    skipped,
    failed: failed.filter(({ part }, index) => failed.findIndex((one) => one.part === part) === index),
  };
}

/** So many instances are named. */
const MAX_NAMED = 3;

/** A finding in a configuration of several instances names those which it is of, where it is not of all of them. */
function attributed(finding: Reported, of: ReadonlySet<number>, setups: readonly Setup[]): Reported {
  const isShared = setups.some(({ litellm }, index) => !of.has(index) && litellm?.file === finding.place.source);
  if (!isShared) return finding;
  const owners = setups.flatMap(({ gateway }, index) => (gateway !== undefined && of.has(index) ? [gateway] : []));
  const unnamed = owners.filter(
    ({ title, name }) => !finding.message.includes(title) && !finding.message.endsWith(` ${name} does not have`),
  );
  if (unnamed.length === 0) return finding;
  const rest = owners.length > MAX_NAMED ? ` and ${owners.length - MAX_NAMED} more` : '';
  const names = owners.slice(0, MAX_NAMED).map(({ title }) => title);
  return { ...finding, message: `${finding.message} (LiteLLM of ${names.join(', ')}${rest})` };
}

/** Whether a finding is as bad as a severity, or worse. */
export function isAtLeast(finding: Reported, severity: Severity): boolean {
  return SEVERITY.indexOf(finding.severity) <= SEVERITY.indexOf(severity);
}

const GIVEN: Readonly<Record<Need, (setup: Setup) => boolean>> = {
  always: () => true,
  litellm: ({ litellm }) => litellm !== undefined,
  environment: ({ variables }) => variables.length > 0,
  compose: ({ services }) => services.length > 0,
  kubernetes: ({ workloads }) => workloads.length > 0,
  release: ({ release }) => release !== undefined,
  live: ({ live }) => live !== undefined,
};

function byWeight(a: Reported, b: Reported): number {
  return (
    SEVERITY.indexOf(a.severity) - SEVERITY.indexOf(b.severity) ||
    compareText(a.place.source, b.place.source) ||
    (a.place.line ?? 0) - (b.place.line ?? 0) ||
    (a.place.column ?? 0) - (b.place.column ?? 0) ||
    compareText(a.rule.id, b.rule.id) ||
    compareText(a.message, b.message)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
