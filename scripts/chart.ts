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
  'image.repository=registry.example/Exporter:1',
  'service.port=0',
  // Halves of something.
  'lease.enabled=false',
  'lease.enabled=false,replicaCount=1,config.lease.kubernetes.namespace=n,config.lease.kubernetes.name=m',
  'lease.enabled=false,config.lease.kubernetes.namespace=n,config.lease.kubernetes.name=m',
  'lease.enabled=false,replicaCount=1,config.lease.redi.url=redis://lease',
  'config.lease.redis.url=redis://lease',
  'networkPolicy.kubernetesApi.cidr=',
  'webConfig.existingSecret=',
  'webConfig.existingSecret=,config.http.web_config_file=/etc/litellm-cache-exporter-web/web-config.yml',
  'config.http.web_config_file=/etc/other/web.yml',
  'config.http.listen[0]=:9000',
  'config.http.health_listen[0]=:9000',
  'existingSecret=',
  'origin.existingSecret=',
  'origin.enabled=false',
  'config.origin.listen[0]=:9465',
  'origin.enabled=false,config.origin.latency=1s',
  'extraVolumeMounts[0].mountPath=/etc/litellm-cache-exporter-origin',
  'serviceMonitor.scrapeTimeout=1m',
  'serviceMonitor.interval=1s500ms,serviceMonitor.scrapeTimeout=2s',
  'resources.requests.memory=1Gi',
  'resources.requests.cpu=2,resources.limits.cpu=1500m',
  // Names, labels and annotations.
  'fullnameOverride=my.exporter',
  'fullnameOverride=My-exporter',
  'fullnameOverride=1-exporter',
  'fullnameOverride=exporter-',
  'nameOverride=my.exporter',
  'lease.name=a..b',
  'lease.name=a.-b',
  'lease.name=A',
  'existingSecret=a..b',
  'serviceAccount.name=a_b',
  'dashboards.namespace=a.b',
  'priorityClassName=a_b',
  'imagePullSecrets[0].name=a_b',
  'commonLabels.team=a b',
  'commonLabels.te am=a',
  'commonLabels.app\\.kubernetes\\.io/name=other',
  'podLabels.app\\.kubernetes\\.io/instance=other',
  'podLabels.-a=b',
  'serviceMonitor.additionalLabels.app\\.kubernetes\\.io/name=other',
  'podAnnotations.a/b/c=d',
  'podAnnotations.checksum/config=d',
  'service.annotations.a b=c',
  'origin.secretKey=a/b',
  'origin.service.port=70000',
  'origin.latency=1m',
  'origin.latency=20s',
  'origin.latncy=1s',
  'nodeSelector.kubernetes\\.io/os=a b',
  // Numbers with a form.
  'networkPolicy.kubernetesApi.cidr=10.0.0.1',
  'networkPolicy.kubernetesApi.cidr=10.0.0.256/32',
  'networkPolicy.kubernetesApi.cidr=10.0.0.0/33',
  'networkPolicy.kubernetesApi.cidr=fd00::1',
  'networkPolicy.kubernetesApi.cidr=fd00::1::/64',
  'networkPolicy.kubernetesApi.cidr=fd00::/129',
  'networkPolicy.from[0].ipBlock.cidr=10.0.0.0',
  'networkPolicy.egress[0].ports[0].port=70000',
  'serviceMonitor.interval=often',
  'serviceMonitor.interval=30s1h',
  'serviceMonitor.interval=1.5h',
  'serviceMonitor.interval=30',
  'resources.limits.memory=192MB',
  'resources.limits.memory=-1',
  'podDisruptionBudget.maxUnavailable=0%',
  'podDisruptionBudget.maxUnavailable=101%',
  'terminationGracePeriodSeconds=-1',
  // Misspelt keys below those of the chart.
  'extraEnv[0].valeu=UTC',
  'extraEnv[0].name=1=2',
  'extraEnv[0].value=5',
  'extraEnv[1].name=TZ,extraEnv[1].value=UTC',
  'extraVolumes[0].configMap.nam=ca',
  'extraVolumes[0].confgMap.name=ca',
  'extraVolumes[0].name=secrets',
  'extraVolumeMounts[0].name=other',
  'extraVolumeMounts[0].mountPath=/secrets',
  'extraVolumeMounts[0].readonly=true',
  'resources.limit.memory=1Gi',
  'podSecurityContext.runAsUsr=1',
  'securityContext.readOnlyRootFileSystem=true',
  'tolerations[0].opertor=Exists',
  'affinity.podAntiAfinity.x=1',
  'topologySpreadConstraints[0].maxSkw=1',
  'serviceMonitor.tlsConfig.serverNam=x',
  'serviceMonitor.relabelings[0].target=x',
  'networkPolicy.egress[0].too=x',
  'prometheusRule.exclude[0]=nothing',
];

async function template(values: string, more: readonly string[] = [], release = 'release'): Promise<string> {
  const args = ['template', release, CHART, '--namespace', 'watch', '--kube-version', KUBERNETES, '--values', join(CHART_VALUES, values)];
  const { stdout } = await run('helm', [...args, ...more], { maxBuffer: 64e6 });
  return stdout;
}

/** Names of releases of which no Service can have its name. */
const REFUSED_NAMES = ['a.b', '1-exporter'];

/** What helm says of values or of a name of the release that it refuses; fails when it takes them. */
async function refusal({ set, release }: { set?: string; release?: string }): Promise<string> {
  const asked = set === undefined ? `helm install ${release}` : `--set ${set}`;
  const answer = await template('full.yaml', set === undefined ? [] : ['--set', set], release).then(
    () => undefined,
    (error: { stderr: string }) => error.stderr,
  );
  if (answer === undefined) throw new Error(`the chart takes ${asked}, and should not`);
  const lines = answer.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('walk.go') && !line.startsWith('Use --debug'));
  return `${asked}\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

/** Rules and dashboards have to come out as they went in. */
async function mustCarryUnchanged(): Promise<number> {
  const rendered = await template('full.yaml', ['--set', 'prometheusRule.enabled=true,dashboards.enabled=true']);
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
const refusals: string[] = [];
for (const set of REFUSED) refusals.push(await refusal({ set }));
for (const release of REFUSED_NAMES) refusals.push(await refusal({ release }));
await writeFile(join(CHART_RENDERED, 'refusals.txt'), refusals.join('\n'));
const { stdout: version } = await run('helm', ['version', '--template', '{{ .Version }}']);
await writeFile(join(CHART_RENDERED, 'digest.json'), `${JSON.stringify({ helm: version, digest: chartDigest() }, null, 2)}\n`);
console.log(
  `rendered with helm ${version}; ${await mustCarryUnchanged()} rules and dashboards unchanged, ${refusals.length} values refused`,
);
