/**
 * `npm run chart`: lints the Helm chart and renders it with the helm of the PATH into test/golden/chart, from
 * where the tests read it: building a helm takes longer than all of their contracts together. To be run after
 * each change of the chart; a test tells when it was not.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { CHART, CHART_RENDERED, CHART_VALUES, chartDigest } from './chart-digest.ts';

const run = promisify(execFile);

/** A helm that was built without its release process takes Kubernetes for a very old one. */
const KUBERNETES = '1.34.0';

/** Values that the chart has to refuse, each laid over test/fixtures/chart/full.yaml. */
const REFUSED = [
  'config=null',
  'imag.tag=1',
  'image.tag=latest',
  'image.digest=sha256:abc',
  'service.port=0',
  'serviceMonitor.interval=often',
  'lease.enabled=false',
  'config.lease.redis.url=redis://lease',
  'networkPolicy.kubernetesApi.cidr=',
];

async function template(values: string, ...more: string[]): Promise<string> {
  const args = ['template', 'release', CHART, '--namespace', 'watch', '--kube-version', KUBERNETES, '--values', join(CHART_VALUES, values)];
  const { stdout } = await run('helm', [...args, ...more], { maxBuffer: 64e6 });
  return stdout;
}

/** What helm says of values that it refuses; fails when it takes them. */
async function refusal(set: string): Promise<string> {
  const answer = await template('full.yaml', '--set', set).then(
    () => undefined,
    (error: { stderr: string }) => error.stderr,
  );
  if (answer === undefined) throw new Error(`the chart takes --set ${set}, and should not`);
  const lines = answer.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('walk.go') && !line.startsWith('Use --debug'));
  return `--set ${set}\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

/** Rules and dashboards have to come out as they went in. */
async function mustCarryUnchanged(): Promise<number> {
  const rendered = await template('full.yaml', '--set', 'prometheusRule.enabled=true,dashboards.enabled=true');
  const objects: { kind: string; metadata: { name: string }; spec: unknown; data: Record<string, string> }[] = parseAllDocuments(
    rendered,
  ).map((document) => document.toJS() ?? {});
  let carried = 0;
  for (const [folder, ending] of [
    ['rules', '.yaml'],
    ['dashboards', '.json'],
  ] as const) {
    for (const file of await readdir(join(CHART, 'files', folder))) {
      const text = await readFile(join(CHART, 'files', folder, file), 'utf8');
      const name = `release-litellm-cache-exporter-${basename(file, ending)}`;
      const same = (object: (typeof objects)[number]) =>
        folder === 'rules'
          ? object.kind === 'PrometheusRule' && isDeepStrictEqual(object.spec, parse(text))
          : object.kind === 'ConfigMap' && object.data[file]?.trimEnd() === text.trimEnd();
      if (!objects.some((object) => object.metadata?.name === name && same(object)))
        throw new Error(`${file} is not in the chart as it is`);
      carried += 1;
    }
  }
  return carried;
}

await run('helm', ['lint', '--strict', CHART, '--kube-version', KUBERNETES, '--values', join(CHART_VALUES, 'full.yaml')]);
await mkdir(CHART_RENDERED, { recursive: true });
for (const file of await readdir(CHART_VALUES)) await writeFile(join(CHART_RENDERED, file), await template(file));
const refusals = await Promise.all(REFUSED.map(refusal));
await writeFile(join(CHART_RENDERED, 'refusals.txt'), refusals.join('\n'));
const { stdout: version } = await run('helm', ['version', '--template', '{{ .Version }}']);
await writeFile(join(CHART_RENDERED, 'digest.json'), `${JSON.stringify({ helm: version, digest: chartDigest() }, null, 2)}\n`);
console.log(
  `rendered with helm ${version}; ${await mustCarryUnchanged()} rules and dashboards unchanged, ${REFUSED.length} values refused`,
);
