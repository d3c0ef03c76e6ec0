import {
  LegendDisplayMode,
  LegendPlacement,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { described, type PanelOptions, type Query, rangeTarget } from './panel.ts';
import type { State } from './states.ts';

interface TimelineOptions extends Omit<PanelOptions, 'unit'> {
  readonly queries: readonly Query[];
  readonly states: readonly State[];
}

/** States over time, one row for each series; the word is written into the bar wherever it fits. */
export function timeline(options: TimelineOptions): Panel {
  const builder = described(new PanelBuilder(), { ...options, unit: 'none' })
    .legend(new VizLegendOptionsBuilder().showLegend(true).displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single))
    .showValue(VisibilityMode.Auto)
    .mergeValues(true)
    .rowHeight(0.85)
    .lineWidth(0)
    .fillOpacity(90)
    .perPage(50);
  for (const [place, query] of options.queries.entries()) builder.withTarget(rangeTarget(query, place));
  return builder.build();
}
