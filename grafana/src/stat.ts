import { BigValueColorMode, BigValueGraphMode, BigValueTextMode, ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { described, instantTarget, type PanelOptions, type Query } from './panel.ts';

interface StatOptions extends PanelOptions {
  readonly queries: readonly Query[];
}

/** The values at the end of the range in large letters; a state, a threshold or a name colours what is behind them. */
export function stat(options: StatOptions): Panel {
  const { queries, states, steps, colours } = options;
  const coloured = [states, steps, colours].some((look) => look !== undefined);
  const builder = described(new PanelBuilder(), options)
    .reduceOptions(new ReduceDataOptionsBuilder().values(false).calcs(['lastNotNull']).fields(''))
    .graphMode(BigValueGraphMode.None)
    .colorMode(coloured ? BigValueColorMode.Background : BigValueColorMode.None)
    .textMode(BigValueTextMode.ValueAndName);
  for (const [place, query] of queries.entries()) builder.withTarget(instantTarget(query, place));
  return builder.build();
}
