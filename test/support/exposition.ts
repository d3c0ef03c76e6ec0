import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { collectedFamilies, targetInfo } from '../../src/telemetry/page/exposition.ts';
import type { Format } from '../../src/telemetry/page/families.ts';

/** A page of nothing but a collection of the SDK. */
export function exposition(collected: ResourceMetrics, format: Format): string {
  const families = collectedFamilies(collected, format).map(({ text }) => text);
  return [targetInfo(collected, format), ...families, format === 'openmetrics' ? '# EOF\n' : ''].join('');
}
