import { TableCellHeight, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { described, mapping, type PanelOptions, refId, type Steps, tableTarget, thresholds } from './panel.ts';
import type { Vector } from './query.ts';
import type { State } from './states.ts';

/** A column with the values of a query. */
interface Column<K extends string> {
  readonly name: string;
  readonly of: Vector<K>;
  readonly unit: string;
  readonly decimals?: number;
  readonly states?: readonly State[];
  readonly steps?: Steps;
}

interface TableOptions<K extends string> extends Omit<PanelOptions, 'unit'> {
  /** The labels that are columns, with their headings; rows with the same labels are one row. */
  readonly labels: Readonly<Record<K, string>>;
  /** An address for the cells of a label, with fields of the row as `${__data.fields["heading"]}`. */
  readonly links?: Readonly<Partial<Record<K, { title: string; url: string }>>>;
  /** Queries of which only the labels are wanted. */
  readonly facts?: readonly Vector<K>[];
  readonly columns: readonly Column<K>[];
  /** The column that the rows are sorted by, greatest first. */
  readonly sortedBy: string;
}

/** Values at the end of the range, one row for each owner. */
export function table<K extends string>(options: TableOptions<K>): Panel {
  const { labels, links = {}, facts = [], columns, sortedBy } = options;
  const queries = [...columns.map(({ of }) => of), ...facts];
  const headings: [string, string][] = [
    ...Object.entries<string>(labels),
    ...columns.map(({ name }, place): [string, string] => [valueField(place, queries.length), name]),
  ];
  const hidden = ['Time', ...facts.map((_, place) => valueField(columns.length + place, queries.length))];
  const builder = described(new PanelBuilder(), { ...options, unit: 'none' })
    .cellHeight(TableCellHeight.Sm)
    .sortBy([new TableSortByFieldStateBuilder().displayName(sortedBy).desc(true)]);
  for (const [place, query] of queries.entries()) builder.withTarget(tableTarget(query, place));
  if (queries.length > 1) builder.withTransformation({ id: 'merge', options: {} });
  builder.withTransformation({
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(hidden.map((name) => [name, true])),
      indexByName: Object.fromEntries(headings.map(([field], index) => [field, index])),
      renameByName: Object.fromEntries(headings),
    },
  });
  for (const column of columns) builder.overrideByName(column.name, columnLook(column));
  for (const [label, link] of Object.entries<{ title: string; url: string } | undefined>(links)) {
    const heading = headings.find(([field]) => field === label)?.[1];
    if (heading !== undefined && link !== undefined) builder.overrideByName(heading, [{ id: 'links', value: [link] }]);
  }
  return builder.build();
}

/** How Grafana names the value of a query in a table: the letter is there only beside other queries. */
function valueField(place: number, queries: number): string {
  return queries === 1 ? 'Value' : `Value #${refId(place)}`;
}

function columnLook<K extends string>({ unit, decimals, states, steps }: Column<K>): DynamicConfigValue[] {
  const look: DynamicConfigValue[] = [{ id: 'unit', value: unit }];
  if (decimals !== undefined) look.push({ id: 'decimals', value: decimals });
  if (states !== undefined) look.push({ id: 'mappings', value: [mapping(states)] });
  if (steps !== undefined) look.push({ id: 'thresholds', value: thresholds(steps).build() });
  if (states !== undefined || steps !== undefined)
    look.push({ id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } });
  return look;
}
