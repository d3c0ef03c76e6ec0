import { metricDocuments, metricsMarkdown } from '../catalogue/markdown.ts';
import { EXIT, type Io } from './io.ts';

/** Prints the catalogue of metrics as Markdown or JSON. */
export function metrics(format: 'markdown' | 'json', io: Io): number {
  io.out(format === 'json' ? `${JSON.stringify(metricDocuments(), null, 2)}\n` : metricsMarkdown());
  return EXIT.ok;
}
