import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { NoUnit } from '@grafana/grafana-foundation-sdk/units';
import type { Vector } from './query.ts';
import { runbookUrl } from './runbooks.ts';
import { table } from './table.ts';

type Category = 'auth' | 'cache' | 'redis' | 'users' | 'exporter' | 'slo';
const EVERY = ['auth', 'cache', 'redis', 'users', 'exporter', 'slo'] as const satisfies readonly Category[];

/** The alerts of the shipped rules that fire now, with links to their runbooks. */
export function alertsTable({ category, width, height }: { category?: Category; width: number; height: number }): Panel {
  const wanted = category === undefined ? `=~"${EVERY.join('|')}"` : `="${category}"`;
  const firing: Vector<'alertname' | 'severity' | 'redis_target' | 'gateway'> = {
    promql: `count by (alertname, severity, redis_target, gateway) (ALERTS{alertstate="firing", category${wanted}})`,
  };
  return table({
    title: 'Alerts that fire',
    shows: 'What the alert rules of the project say now.',
    act: 'a click on the name opens the runbook.',
    width,
    height,
    labels: { severity: 'Severity', alertname: 'Alert', redis_target: 'Target', gateway: 'Gateway' },
    links: { alertname: { title: 'Open the runbook', url: runbookUrl('${__value.raw}') } },
    columns: [{ name: 'Series', of: firing, unit: NoUnit }],
    sortedBy: 'Series',
    empty: 'none',
  });
}
