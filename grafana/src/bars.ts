import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { described, instantTarget, type PanelOptions, type Query } from './panel.ts';

interface BarsOptions extends PanelOptions {
  /** Its series are drawn in the order in which Prometheus gives them: sort them. */
  readonly query: Query;
  readonly max?: number;
}

/** The values at the end of the range as bars below each other, one for each series. */
export function bars(options: BarsOptions): Panel {
  const { query, max } = options;
  const builder = described(new PanelBuilder(), { ...options, steps: options.steps ?? ['#4c9be8'] })
    .reduceOptions(new ReduceDataOptionsBuilder().values(false).calcs(['lastNotNull']).fields(''))
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .namePlacement(BarGaugeNamePlacement.Left)
    .min(0)
    .withTarget(instantTarget(query, 0));
  if (max !== undefined) builder.max(max);
  return builder.build();
}
