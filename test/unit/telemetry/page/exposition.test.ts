import { type Attributes, ValueType } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { emptyResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type GaugeMetricData,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalNumber } from '../../../../src/telemetry/page/prometheus-text.ts';
import { emptyHistogram, observeValue } from '../../../../src/telemetry/points.ts';
import { exposition } from '../../../support/exposition.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CUMULATIVE = AggregationTemporality.CUMULATIVE;
type Row = [Attributes, number];

function descriptor(name: string, unit: string) {
  return { name, unit, description: `Help of ${name}.`, valueType: ValueType.DOUBLE };
}

function points(rows: Row[]) {
  return rows.map(([attributes, value]) => ({
    startTime: [0, 0] as [number, number],
    endTime: [0, 0] as [number, number],
    attributes,
    value,
  }));
}

function gauge(name: string, unit: string, rows: Row[]): GaugeMetricData {
  return {
    descriptor: descriptor(name, unit),
    aggregationTemporality: CUMULATIVE,
    dataPointType: DataPointType.GAUGE,
    dataPoints: points(rows),
  };
}

function sum(name: string, unit: string, rows: Row[], isMonotonic = true): MetricData {
  return {
    descriptor: descriptor(name, unit),
    aggregationTemporality: CUMULATIVE,
    dataPointType: DataPointType.SUM,
    isMonotonic,
    dataPoints: points(rows),
  };
}

function histogram(name: string, unit: string, boundaries: number[], observed: [Attributes, number[]][]): MetricData {
  const dataPoints = observed.map(([attributes, values]) => {
    const point = emptyHistogram(attributes, boundaries, [0, 0], [0, 0]);
    for (const value of values) observeValue(point, value, TRACE, 1_700_000_000_123);
    return point;
  });
  return { descriptor: descriptor(name, unit), aggregationTemporality: CUMULATIVE, dataPointType: DataPointType.HISTOGRAM, dataPoints };
}

function page(...metrics: MetricData[]): ResourceMetrics {
  return { resource: emptyResource(), scopeMetrics: [{ scope: { name: 'x' }, metrics }] };
}

describe('text 0.0.4', () => {
  it('prints families by name with help and type and without scopes', () => {
    const text = exposition(
      page(
        sum('redis.keyspace.hits', '{hit}', [[{ redis_target: 'a' }, 12]]),
        gauge('redis.memory.used', 'By', [[{ redis_target: 'a' }, 1.5e21]]),
        gauge('cache_exporter.build_info', '', [[{ version: '1', 'node.version': '22' }, 1]]),
        gauge('process.uptime', 's', [[{}, 3.25]]),
      ),
      'text',
    );
    expect(text).toBe(`# HELP cache_exporter_build_info Help of cache_exporter.build_info.
# TYPE cache_exporter_build_info gauge
cache_exporter_build_info{version="1",node_version="22"} 1
# HELP process_uptime_seconds Help of process.uptime.
# TYPE process_uptime_seconds gauge
process_uptime_seconds 3.25
# HELP redis_keyspace_hits_total Help of redis.keyspace.hits.
# TYPE redis_keyspace_hits_total counter
redis_keyspace_hits_total{redis_target="a"} 12
# HELP redis_memory_used_bytes Help of redis.memory.used.
# TYPE redis_memory_used_bytes gauge
redis_memory_used_bytes{redis_target="a"} 1.5e+21
`);
  });

  it('prints cumulative buckets with canonical bounds and no exemplar', () => {
    expect(
      exposition(page(histogram('x', 's', [0.000001, 1, 2.5], [[{ a: 'b' }, [0.5, 1, 2, 9]]])), 'text'),
    ).toBe(`# HELP x_seconds Help of x.
# TYPE x_seconds histogram
x_seconds_bucket{a="b",le="1e-06"} 0
x_seconds_bucket{a="b",le="1.0"} 2
x_seconds_bucket{a="b",le="2.5"} 3
x_seconds_bucket{a="b",le="+Inf"} 4
x_seconds_sum{a="b"} 12.5
x_seconds_count{a="b"} 4
`);
  });

  it('leaves out families without a series and describes the resource', () => {
    const resource = resourceFromAttributes({ 'service.name': 'litellm-cache-exporter', 'service.instance.id': 'i"1' });
    expect(exposition({ resource, scopeMetrics: [{ scope: { name: 'x' }, metrics: [gauge('empty', '', [])] }] }, 'text')).toBe(
      '# HELP target_info Target metadata\n# TYPE target_info gauge\ntarget_info{service_name="litellm-cache-exporter",service_instance_id="i\\"1"} 1\n',
    );
  });
});

describe('OpenMetrics', () => {
  it('names the family of a counter without its suffix, tells units and ends the page', () => {
    const text = exposition(
      {
        resource: resourceFromAttributes({ 'service.name': 'x' }),
        scopeMetrics: [
          {
            scope: { name: 'x' },
            metrics: [
              sum('redis.cpu.time', 's', [[{ state: 'sys' }, 1]]),
              gauge('llm.cache.probe.speedup.median', '1', [[{}, 40]]),
              gauge('redis.db.keys', '{key}', [[{}, 2]]),
            ],
          },
        ],
      },
      'openmetrics',
    );
    expect(text).toBe(`# TYPE target info
# HELP target Target metadata
target_info{service_name="x"} 1
# TYPE llm_cache_probe_speedup_median_ratio gauge
# UNIT llm_cache_probe_speedup_median_ratio ratio
# HELP llm_cache_probe_speedup_median_ratio Help of llm.cache.probe.speedup.median.
llm_cache_probe_speedup_median_ratio 40
# TYPE redis_cpu_time_seconds counter
# UNIT redis_cpu_time_seconds seconds
# HELP redis_cpu_time_seconds Help of redis.cpu.time.
redis_cpu_time_seconds_total{state="sys"} 1
# TYPE redis_db_keys gauge
# HELP redis_db_keys Help of redis.db.keys.
redis_db_keys 2
# EOF
`);
  });

  it('carries the last exemplar of a bucket', () => {
    const lines = exposition(page(histogram('x', 's', [1, 2], [[{}, [0.5, 0.25, 7]]])), 'openmetrics').split('\n');
    expect(lines.filter((line) => line.includes('_bucket'))).toEqual([
      `x_seconds_bucket{le="1.0"} 2 # {trace_id="${TRACE}"} 0.25 1700000000.123`,
      'x_seconds_bucket{le="2.0"} 2',
      `x_seconds_bucket{le="+Inf"} 3 # {trace_id="${TRACE}"} 7 1700000000.123`,
    ]);
  });
});

describe('what Prometheus would refuse', () => {
  it('keeps the first of two attributes that translate to one label', () => {
    expect(exposition(page(gauge('x', '', [[{ 'a.b': '1', a_b: '2' }, 1]])), 'text')).toContain('\nx{a_b="1"} 1\n');
  });

  it('mends a label that starts with a digit', () => {
    expect(exposition(page(gauge('x', '', [[{ '0a': '1' }, 1]])), 'text')).toContain('\nx{_0a="1"} 1\n');
  });

  it('keeps the first of two metrics with one name and different types', () => {
    const text = exposition(page(gauge('x.y', '', [[{}, 1]]), histogram('x_y', '', [1], [[{}, [1]]])), 'text');
    expect(text).toBe('# HELP x_y Help of x.y.\n# TYPE x_y gauge\nx_y 1\n');
    expect(exposition(page(sum('x', '', [[{}, 1]]), gauge('x.total', '', [[{ a: '1' }, 2]])), 'text')).toBe(
      '# HELP x_total Help of x.\n# TYPE x_total counter\nx_total 1\n',
    );
  });

  it('names the family of a counter without its ending, in OpenMetrics alone, and no other family', () => {
    const head = (metric: MetricData, format: 'text' | 'openmetrics') =>
      exposition(page(metric), format)
        .split('\n')
        .filter((line) => line.startsWith('# TYPE'));
    expect(head(sum('x', '', [[{}, 1]]), 'openmetrics')).toEqual(['# TYPE x counter']);
    expect(head(sum('x', '', [[{}, 1]]), 'text')).toEqual(['# TYPE x_total counter']);
    expect(head(gauge('x.total', '', [[{}, 1]]), 'openmetrics')).toEqual(['# TYPE x_total gauge']);
    expect(head(sum('x.total', '', [[{}, 1]], false), 'openmetrics')).toEqual(['# TYPE x_total gauge']);
    expect(head(histogram('x_total', '', [1], [[{}, [1]]]), 'openmetrics')).toEqual(['# TYPE x_total histogram']);
  });

  it('joins two metrics with one name and type, and keeps the first of equal series', () => {
    const metrics = [
      gauge('x.y', '', [[{ a: '1' }, 1]]),
      gauge('x_y', '', [
        [{ a: '1' }, 2],
        [{ a: '2' }, 3],
      ]),
    ];
    for (let round = 0; round < 2; round++) {
      expect(exposition(page(...metrics), 'text')).toBe('# HELP x_y Help of x.y.\n# TYPE x_y gauge\nx_y{a="1"} 1\nx_y{a="2"} 3\n');
    }
  });
});

describe('a page after another', () => {
  it('follows series that come, go and change their places', () => {
    const rows: Row[] = ['a', 'b', 'c', 'b'].map((name, index) => [{ name }, index]);
    const metric = gauge('x', '', []);
    const values = (chosen: number[]) =>
      exposition(page({ ...metric, dataPoints: points(chosen.flatMap((row) => rows.slice(row, row + 1))) }), 'text').match(/^x.*$/gm);
    expect(values([0, 1, 2])).toEqual(['x{name="a"} 0', 'x{name="b"} 1', 'x{name="c"} 2']);
    expect(values([2, 0])).toEqual(['x{name="c"} 2', 'x{name="a"} 0']);
    expect(values([0, 3, 1])).toEqual(['x{name="a"} 0', 'x{name="b"} 3']);
    expect(values([1, 3, 2])).toEqual(['x{name="b"} 1', 'x{name="c"} 2']);
  });
});

/** The lines with samples, bounds as numbers, sorted: our bounds are canonical and our families sorted. */
function comparable(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/(?<=[{,])le="([^"]+)"/, (_, bound: string) => `le="${Number(bound.replace('+Inf', 'Infinity'))}"`))
    .sort();
}

describe('the stock serializer agrees', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/).filter((name) => name !== 'le');
  const attributes = fc.dictionary(word, fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a\\n', 'a\n"', '\\', '"', '')), {
    maxKeys: 3,
  });
  const value = fc.double({ noNaN: true });

  it('on the values and labels of gauges and counters', () => {
    fc.assert(
      fc.property(
        word,
        fc.boolean(),
        fc.uniqueArray(fc.tuple(attributes, value), { selector: ([labels]) => JSON.stringify(Object.entries(labels).sort()) }),
        (name, counter, rows) => {
          const metrics = page(counter ? sum(name, '', rows) : gauge(name, '', rows));
          expect(comparable(exposition(metrics, 'text'))).toEqual(
            comparable(new PrometheusSerializer('', false, undefined, true, true).serialize(metrics)),
          );
        },
      ),
    );
  });

  it('on histograms', () => {
    const bounds = fc
      .uniqueArray(fc.double({ min: 1e-7, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 8 })
      .map((list) => list.sort((a, b) => a - b));
    const values = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }));
    fc.assert(
      fc.property(word, bounds, attributes, values, (name, boundaries, labels, observed) => {
        const metrics = page(histogram(name, '', boundaries, [[labels, observed]]));
        const ours = exposition(metrics, 'openmetrics').replace(/ # \{trace_id.*/g, '');
        expect(comparable(ours)).toEqual(comparable(new PrometheusSerializer('', false, undefined, true, true).serialize(metrics)));
      }),
    );
  });
});

describe('canonical bounds', () => {
  it.each([
    [0.000001, '1e-06'],
    [0.000016, '1.6e-05'],
    [0.0005, '0.0005'],
    [1, '1.0'],
    [16384, '16384.0'],
    [1e6, '1e+06'],
    [1.08213, '1.08213'],
    [0, '0.0'],
    [1e21, '1e+21'],
  ])('%d is %s', (bound, text) => {
    expect(canonicalNumber(bound)).toBe(text);
  });

  it('are read back as the same number', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (bound) => Number(canonicalNumber(bound)) === bound || Object.is(bound, -0),
      ),
    );
  });
});
