import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { OWNER_LABEL } from '../../src/catalogue/definition.ts';
import { prometheusName } from '../../src/catalogue/prometheus-name.ts';
import { DATASOURCE } from './panel.ts';

const BUILD_INFO = prometheusName('cache_exporter.build_info', 'gauge', '');
const EXTERNAL_URL = prometheusName('cache_exporter.external_url_info', 'gauge', '');
const GATEWAY_UP = prometheusName('llm.gateway.up', 'gauge', '');
const REDIS_UP = prometheusName('redis.up', 'gauge', '');
const LITELLM_SIGN = 'litellm_proxy_total_requests_metric_total';

/** The ranges that statistics of probes can look back over. */
const WINDOWS = ['30s', '5m', '15m', '1h', '6h', '1d'] as const;
const DEFAULT_WINDOW = '5m';

/** The choices that every dashboard has, in the order in which one narrows the next. */
export function commonVariables(): VariableModel[] {
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus').build(),
    choice('job', 'Job', `label_values(${BUILD_INFO}, job)`),
    choice('instance', 'Instance', `label_values(${BUILD_INFO}{job=~"$job"}, instance)`),
    choice('target', 'Redis target', `label_values(${REDIS_UP}{job=~"$job", instance=~"$instance"}, ${OWNER_LABEL.target})`),
    choice('gateway', 'Gateway', `label_values(${GATEWAY_UP}{job=~"$job", instance=~"$instance"}, ${OWNER_LABEL.gateway})`),
    exporterUrl(),
  ];
}

/**
 * The address at which people reach an exporter: the one that it is configured with, else the one that Prometheus
 * scrapes. Links to runbooks lead there.
 */
function exporterUrl(): VariableModel {
  const scraped = `label_replace(max by (instance) (${BUILD_INFO}), "url", "http://$1", "instance", "(.+)")`;
  const query = `query_result(max by (url) (${EXTERNAL_URL}) or (${scraped} unless on () ${EXTERNAL_URL}))`;
  return new QueryVariableBuilder('exporter_url')
    .label('Address of the exporter')
    .hide(VariableHide.HideVariable)
    .datasource(DATASOURCE)
    .query({ query, refId: 'exporter_url' })
    .definition(query)
    .regex('/url="([^"]+)"/')
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .build();
}

/** How far statistics of probes look back: pairs are rare events, a minute holds one or none. */
export function windowVariable(): VariableModel {
  const options = WINDOWS.map((text) => ({ text, value: text, selected: text === DEFAULT_WINDOW }));
  return new CustomVariableBuilder('window')
    .label('Probe window')
    .values(WINDOWS.join(','))
    .options(options)
    .current({ text: DEFAULT_WINDOW, value: DEFAULT_WINDOW })
    .build();
}

/** The scrape job of LiteLLM's own metrics, which do not tell which gateway they are of. */
export function litellmVariable(): VariableModel {
  return choice('litellm_job', 'LiteLLM job', `label_values(${LITELLM_SIGN}, job)`);
}

function choice(name: string, label: string, query: string): VariableModel {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ text: ['All'], value: ['$__all'] })
    .build();
}
