import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  type DynamicConfigValue,
  type FieldColor,
  FieldColorBuilder,
  FieldColorModeId,
  type GridPos,
  MappingType,
  type Panel,
  type ThresholdsConfig,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { type Dataquery, DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Vector } from './query.ts';
import { runbookUrl } from './runbooks.ts';
import type { State } from './states.ts';

/** The data source that the variable names. */
export const DATASOURCE = { type: 'prometheus', uid: '$datasource' } as const;

/** One query of a panel. */
export interface Query {
  readonly of: Vector<string>;
  /** Name of its series, with labels as `{{label}}`. */
  readonly legend: string;
  /** Whether the marks of single requests are asked for, which lead to their traces. */
  readonly exemplars?: boolean;
  readonly dashed?: boolean;
}

/** From which value on which colour holds; the first colour holds below all of them. */
export type Steps = readonly [string, ...(readonly [number, string])[]];

/** What every panel says of itself. */
export interface PanelOptions {
  readonly title: string;
  /** What it shows, as a sentence. */
  readonly shows: string;
  /** What to do about it, as a sentence. */
  readonly act: string;
  readonly width: number;
  readonly height: number;
  /** Identifier of a unit of Grafana, from the list of the SDK. */
  readonly unit: string;
  readonly decimals?: number;
  readonly steps?: Steps;
  /** Words and colours for values that are places in this list. */
  readonly states?: readonly State[];
  /** Colours of series by their names. */
  readonly colours?: Readonly<Record<string, string>>;
  /** Alerts of the shipped rules whose runbooks help with it. */
  readonly runbooks?: readonly string[];
  /** What is written where there is no data. */
  readonly empty?: string;
}

/** What the builders of the SDK have in common. */
interface CommonBuilder extends Builder<Panel> {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: { type: string; uid: string }): this;
  gridPos(gridPos: GridPos): this;
  withTarget(target: Builder<Dataquery>): this;
  links(links: Builder<DashboardLink>[]): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  noValue(text: string): this;
  mappings(mappings: ValueMapping[]): this;
  colorScheme(colour: Builder<FieldColor>): this;
  thresholds(thresholds: Builder<ThresholdsConfig>): this;
  overrideByName(name: string, properties: DynamicConfigValue[]): this;
}

/** A builder with everything set that panels have in common; the place on the grid is given later. */
export function described<B extends CommonBuilder>(builder: B, options: PanelOptions): B {
  const { title, shows, act, width, height, unit, decimals, steps, states, colours = {}, runbooks = [], empty } = options;
  builder
    .title(title)
    .description(`${shows}\n\n**What to do:** ${act}`)
    .datasource(DATASOURCE)
    .gridPos({ x: 0, y: 0, w: width, h: height })
    .unit(unit)
    .links(runbooks.map((alert) => runbookLink(alert)))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(thresholds(steps ?? ['transparent']));
  if (decimals !== undefined) builder.decimals(decimals);
  if (empty !== undefined) builder.noValue(empty);
  if (states !== undefined) builder.mappings([mapping(states)]);
  for (const [name, colour] of Object.entries(colours)) builder.overrideByName(name, [fixedColour(colour)]);
  return builder;
}

/** A query over the range of the dashboard. */
export function rangeTarget({ of, legend, exemplars = false }: Query, place: number): Builder<Dataquery> {
  return new DataqueryBuilder().refId(refId(place)).expr(of.promql).legendFormat(legend).exemplar(exemplars).range();
}

/** A query at the end of the range. */
export function instantTarget({ of, legend }: Query, place: number): Builder<Dataquery> {
  return new DataqueryBuilder().refId(refId(place)).expr(of.promql).legendFormat(legend).instant();
}

/** A query at the end of the range, whose labels become columns. */
export function tableTarget(of: Vector<string>, place: number): Builder<Dataquery> {
  return new DataqueryBuilder().refId(refId(place)).expr(of.promql).format(PromQueryFormat.Table).instant();
}

/** The letter of the query at a place. */
export function refId(place: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + place);
}

export function thresholds([base, ...steps]: Steps): Builder<ThresholdsConfig> {
  const all = [{ value: null, color: base }, ...steps.map(([value, color]) => ({ value, color }))];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(all);
}

/** Words and colours instead of places in a list of states. */
export function mapping(states: readonly State[]): ValueMapping {
  const options = states.map(({ value, colour }, index) => [String(index), { text: value, color: colour, index }]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}

function fixedColour(colour: string): DynamicConfigValue {
  return { id: 'color', value: { mode: 'fixed', fixedColor: colour } };
}

function runbookLink(alert: string): Builder<DashboardLink> {
  return visible(new DashboardLinkBuilder(`Runbook ${alert}`).url(runbookUrl(alert)).targetBlank(true));
}

/** What a builder makes without `placement`: the SDK hides links and annotations in a menu that only later versions of Grafana have. */
export function visible<T extends { placement?: string }>(builder: Builder<T>): Builder<Omit<T, 'placement'>> {
  return {
    build() {
      const { placement: _, ...rest } = builder.build();
      return rest;
    },
  };
}
