import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isSeq, parseDocument, type YAMLSeq } from 'yaml';
import { z } from 'zod';

const alert = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  keep_firing_for: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
});
const recording = z.strictObject({ record: z.string(), expr: z.string() });
const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(z.union([alert, recording])) })),
});

/** An alert, and the comment above it: when it fires, in a sentence. */
export type Alert = z.infer<typeof alert> & { file: string; comment: string };
export type Recording = z.infer<typeof recording> & { file: string };

/** What the rule files of deploy/prometheus/rules hold, in the order of the files and of the rules in them. */
export interface Rules {
  alerts: Alert[];
  recordings: Recording[];
}

/** Reads every rule file below the root of the project. Throws when one is not as Prometheus and this project want it. */
export function readRules(root: string): Rules {
  const folder = join(root, 'deploy/prometheus/rules');
  const rules: Rules = { alerts: [], recordings: [] };
  for (const file of readdirSync(folder).sort()) {
    const document = parseDocument(readFileSync(join(folder, file), 'utf8'));
    const { groups } = ruleFile.parse(document.toJS());
    for (const [index, group] of groups.entries()) {
      const comments = commentsOf(document.getIn(['groups', index, 'rules']));
      for (const [at, rule] of group.rules.entries()) {
        if ('alert' in rule) rules.alerts.push({ ...rule, file, comment: comments[at] ?? '' });
        else rules.recordings.push({ ...rule, file });
      }
    }
  }
  return rules;
}

/** The comment above each item of a list; the one above the first belongs to the list itself. */
function commentsOf(list: unknown): string[] {
  if (!isSeq(list)) return [];
  return list.items.map((item, index) => (isMap(item) && item.commentBefore) || (index === 0 && firstComment(list)) || '').map(joined);
}

function firstComment(list: YAMLSeq): string {
  return list.commentBefore ?? '';
}

function joined(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
}
