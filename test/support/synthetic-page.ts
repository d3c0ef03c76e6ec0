import { CATALOGUE } from '../../src/catalogue/index.ts';
import { type MetricDocument, metricDocuments } from '../../src/catalogue/markdown.ts';

/** What an open label holds on the page; of any other label of that kind it holds `x`. */
const OPEN: Readonly<Record<string, string>> = {
  gateway: 'litellm',
  redis_target: 'cache',
  gen_ai_request_model: 'cache-probe',
  redis_node: '',
};

/**
 * A page with every series that the catalogue allows, one for each combination of the members of closed labels; every counter and
 * histogram grows by `seconds`. `gauges` are the values of those that are not 1, by name and labels.
 */
export function syntheticPage(
  seconds: number,
  gauge: (name: string, labels: Readonly<Record<string, string>>) => number | undefined,
): string {
  return `${metricDocuments()
    .flatMap((document) => linesOf(document, seconds, gauge))
    .join('\n')}\n`;
}

function linesOf(
  { name, otel_name, kind, labels }: MetricDocument,
  seconds: number,
  gauge: (name: string, labels: Readonly<Record<string, string>>) => number | undefined,
): string[] {
  return combinations(labels).flatMap((own) => {
    if (kind === 'counter') return [`${name}${braced(own)} ${seconds}`];
    if (kind !== 'histogram') return [`${name}${braced(own)} ${gauge(name, own) ?? 1}`];
    const bounds = [...boundsOf(otel_name).map(String), '+Inf'];
    const buckets = bounds.map((le, place) => `${name}_bucket${braced({ ...own, le })} ${(seconds * (place + 1)) / bounds.length}`);
    return [...buckets, `${name}_sum${braced(own)} ${seconds}`, `${name}_count${braced(own)} ${seconds}`];
  });
}

function boundsOf(metric: string): readonly number[] {
  const found = Object.entries(CATALOGUE).find(([name]) => name === metric)?.[1];
  return found?.kind === 'histogram' ? found.buckets : [];
}

function combinations(labels: MetricDocument['labels']): Record<string, string>[] {
  let all: Record<string, string>[] = [{}];
  for (const [label, members] of Object.entries(labels)) {
    const values = members === 'open' ? [OPEN[label] ?? 'x'] : members;
    all = all.flatMap((one) => values.map((value) => ({ ...one, [label]: value })));
  }
  return all;
}

function braced(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;
}
