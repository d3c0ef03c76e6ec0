import {
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId, type Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { described, type PanelOptions, type Query, rangeTarget, refId } from './panel.ts';

interface LinesOptions extends PanelOptions {
  readonly queries: readonly Query[];
  readonly stacked?: boolean;
  readonly logarithmic?: boolean;
  readonly min?: number;
  readonly max?: number;
}

/** Values over time, as lines or, stacked, as bars. */
export function lines(options: LinesOptions): Panel {
  const { queries, stacked = false, logarithmic = false, min, max, steps } = options;
  const builder = described(new PanelBuilder(), options)
    .legend(new VizLegendOptionsBuilder().showLegend(true).displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .showPoints(VisibilityMode.Never)
    .lineWidth(stacked ? 0 : 2)
    .fillOpacity(stacked ? 80 : 0)
    .spanNulls(false);
  if (stacked) builder.drawStyle(GraphDrawStyle.Bars).stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (logarithmic) builder.scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10));
  if (steps !== undefined) builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  if (min !== undefined) builder.min(min);
  if (max !== undefined) builder.max(max);
  for (const [place, query] of queries.entries()) {
    builder.withTarget(rangeTarget(query, place));
    if (query.dashed) {
      const dashes = { id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 6] } };
      builder.overrideByQuery(refId(place), [dashes, { id: 'custom.lineWidth', value: 1 }]);
    }
  }
  return builder.build();
}
