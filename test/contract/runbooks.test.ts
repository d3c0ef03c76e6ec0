import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readRules } from '../../scripts/rule-files.ts';
import { NODE_LABEL } from '../../src/catalogue/definition.ts';
import { metricDocuments } from '../../src/catalogue/markdown.ts';
import { runCommand } from '../../src/cli/program.ts';
import { CAUSE, VERDICT } from '../../src/model/cache.ts';
import { VERDICT_TABLE } from '../../src/verdict/verdicts.ts';
import { anchors, blocks, codeSpans, headings, internalLinks, page, pagesIn, section } from '../support/documentation.ts';
import { exampleGateway, exampleStatus } from '../support/example-status.ts';
import { serve } from '../support/http.ts';
import { lacksProgram } from '../support/prometheus.ts';
import { parsePromql } from '../support/promql.ts';
import { RECORDED_PAGES, unknownToLitellm } from '../support/recorded-litellm.ts';

const root = join(import.meta.dirname, '../..');
const { alerts, recordings } = readRules(root);
const index = page('docs/runbooks/README.md');
const runbooks = pagesIn('docs/runbooks').filter(({ path }) => path !== index.path);
const pages = [index, ...runbooks, ...pagesIn('docs/operations'), page('docs/traces.md'), page('docs/worth.md')];

/** What other programs export and the pages ask for; what LiteLLM exports is told by the pages that were recorded of it. */
const FOREIGN = [
  'up',
  'scrape_duration_seconds',
  ...recordings.map(({ record }) => record),
  'litellm_saved_cache_cost_total',
  'otel_sdk_exporter_span_exported_total',
  'otel_sdk_processor_span_queue_size',
  'prometheus_config_last_reload_successful',
  'prometheus_notifications_dropped_total',
  'prometheus_notifications_errors_total',
  'alertmanager_notifications_failed_total',
];

/** Names in LiteLLM's configuration and of its spans that look like metrics. */
const KEYS_OF_LITELLM = ['redis_flush_size', 'redis_startup_nodes', 'litellm_settings', 'litellm_params', 'litellm_request'];

const lacksPromtool = await lacksProgram('promtool');
const catalogue = new Map(metricDocuments().map((document) => [document.name, document]));

function documented(metric: string) {
  return catalogue.get(metric) ?? catalogue.get(metric.replace(/_(bucket|count|sum)$/, ''));
}

/** Every PromQL expression of the pages, with the page it is on. */
const expressions = pages.flatMap(({ path, text }) =>
  blocks(text, 'promql').flatMap((block) =>
    block
      .trim()
      .split('\n')
      .map((expression) => ({ path, expression })),
  ),
);

/** The lines of the shell blocks and the code within the text: everything that a reader may paste. */
const pasted = pages.flatMap(({ path, text }) =>
  [...blocks(text, 'sh').flatMap((block) => block.split('\n')), ...codeSpans(text)].map((line) => ({ path, line })),
);

describe('a runbook', () => {
  it.each(runbooks)('$path has the four parts, in order, and something to paste', ({ path, text }) => {
    expect(headings(text, 1)).toEqual([basename(path, '.md')]);
    expect(headings(text, 2)).toEqual(['Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
    const diagnosis = section(text, 'Diagnosis');
    expect([...blocks(diagnosis, 'sh'), ...blocks(diagnosis, 'promql')].length).toBeGreaterThan(0);
  });
});

describe('the runbooks', () => {
  it('are those of the alerts, listed with their severities', () => {
    const listed = [...index.text.matchAll(/^\| \[(\w+)\]\(\1\.md\) \| (\w+) \|$/gm)].map(([, alert = '', severity = '']) => ({
      alert,
      severity,
    }));
    const byName = (one: { alert: string }, other: { alert: string }) => (one.alert < other.alert ? -1 : 1);
    expect(listed.sort(byName)).toEqual(alerts.map(({ alert, labels }) => ({ alert, severity: labels.severity ?? '' })).sort(byName));
    expect(runbooks.map(({ path }) => basename(path, '.md'))).toEqual(listed.map(({ alert }) => alert));
  });
});

describe('the page on verdicts', () => {
  const { text } = page('docs/operations/verdicts.md');
  const rows = (title: string) => [...section(text, title).matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);

  it('explains every verdict and every cause, in the order of the sets', () => {
    expect(rows('Verdicts')).toEqual(VERDICT);
    expect(rows('Causes')).toEqual(CAUSE);
  });

  it('tells the order in which verdicts stand as they are judged', () => {
    const [, order = ''] = /the first of this order wins: ([^.]*)\./.exec(text) ?? [];
    const judged = [...new Set(VERDICT_TABLE.map(({ verdict }) => verdict))];
    expect([...order.matchAll(/`(\w+)`/g)].map(([, verdict]) => verdict)).toEqual(judged);
  });
});

describe('the documented commands', () => {
  it('select metrics that exist, by labels and members that exist', () => {
    const wrong = expressions.flatMap(({ path, expression }) =>
      parsePromql(expression).selectors.flatMap((selector) => {
        const { metric, matchers } = selector;
        if (FOREIGN.includes(metric)) return [];
        if (metric.startsWith('litellm_')) return unknownToLitellm(selector).map((unknown) => `${path}: ${unknown}`);
        const found = documented(metric);
        if (found === undefined) return [`${path}: ${metric}`];
        return matchers.flatMap(({ label, values }) => {
          const members = found.labels[label];
          const known = members === 'open' || (members !== undefined && values.every((value) => members.includes(value)));
          return known ? [] : [`${path}: ${metric}{${label}="${values.join('|')}"}`];
        });
      }),
    );
    expect(expressions.length).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
  });

  it('and the text name no metric that is not there', () => {
    const named = pages.flatMap(({ path, text }) =>
      codeSpans(text).flatMap((code) => {
        const [metric] = /^(?:llm|redis|cache_exporter|db_client|http_client|otel_sdk|litellm)_[a-z0-9_:]+/.exec(code) ?? [];
        return metric === undefined ? [] : [{ path, metric }];
      }),
    );
    const others: readonly string[] = [
      ...[...CAUSE, ...FOREIGN, ...KEYS_OF_LITELLM, NODE_LABEL],
      ...RECORDED_PAGES.flatMap(({ names }) => [...names.keys()]),
    ];
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ metric }) => !others.includes(metric) && documented(metric) === undefined)).toEqual([]);
  });

  it.skipIf(lacksPromtool)('are PromQL', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'lce-promql-')), 'rules.yaml');
    const rules = expressions.map(({ expression }, number) => ({ record: `documented:${number}`, expr: expression }));
    writeFileSync(file, stringify({ groups: [{ name: 'documented', rules }] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', '--lint=none', file], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toContain(`${expressions.length} rules found`);
    expect(status).toBe(0);
  });

  it('are understood by the exporter', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lce-documented-'));
    const config = join(folder, 'config.yaml');
    writeFileSync(
      config,
      stringify({
        redis: [{ name: 'cache', url: 'redis://127.0.0.1:1' }],
        gateways: [{ name: 'litellm', url: 'http://127.0.0.1:1', model: 'm', price_per_pair_usd: 0, api_key: 'k' }],
      }),
    );
    const commands = [
      ...new Set(pasted.flatMap(({ line }) => /litellm-cache-exporter ((?:probe|config)\b[^|`]*\$config)/.exec(line)?.[1] ?? [])),
    ];
    expect(commands.length).toBeGreaterThan(3);
    for (const command of commands) {
      let complaint = '';
      const io = {
        env: {},
        out: () => undefined,
        err: (text: string) => {
          complaint += text;
        },
        colour: false,
        terminal: false,
        progress: false,
        on: () => undefined,
        exitNow: () => undefined,
      };
      const code = await runCommand(command.trim().replace('$config', config).split(/\s+/), '1.2.3', io);
      expect({ command, usage: code === 2, complaint }).toEqual({ command, usage: false, complaint: '' });
    }
  });

  it('ask for pages that the exporter has', async () => {
    const { port } = await serve({ status: () => exampleStatus([exampleGateway('working', 'litellm')]), debug: () => 'all of it' });
    const asked = pasted.flatMap(({ line }) =>
      [...line.matchAll(/(-X POST )?\$exporter(\/[^ "`|;)]*)/g)].map(([, post, path = '']) => ({ post: post !== undefined, path })),
    );
    expect(asked.length).toBeGreaterThan(10);
    for (const { post, path } of asked) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: post ? 'POST' : 'GET' });
      await answer.arrayBuffer();
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    }
  });

  it('lead to pages and sections that exist', () => {
    const broken = pages.flatMap(({ path, text }) =>
      internalLinks(text).flatMap((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        if (!existsSync(join(root, target))) return [`${path}: ${link}`];
        return anchor === undefined || anchors(page(target).text).includes(anchor) ? [] : [`${path}: ${link}`];
      }),
    );
    expect(broken).toEqual([]);
  });
});
