import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readKubernetes } from '../../../src/doctor/evidence/kubernetes/kubernetes.ts';
import { placeText } from '../../../src/doctor/place.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: litellm}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: litellm
          image: litellm:1
          command: [litellm]
          args: ["--config", "/x"]
          envFrom:
            - configMapRef: {name: settings}
            - secretRef: {name: keys}
              prefix: S_
          env:
            - name: A
              value: "1"
            - name: B
              value: "$(A)-$(HOST)-$(NONE)-$$(A)"
            - name: C
              valueFrom: {secretKeyRef: {name: keys, key: password}}
            - name: D
              valueFrom: {configMapKeyRef: {name: settings, key: HOST}}
            - name: E
              value: "$(C)"
            - name: F
`;
const OTHERS = `kind: ConfigMap
metadata: {name: settings}
data:
  HOST: cache
---
kind: Secret
metadata: {name: keys}
data: {password: c2VjcmV0}
stringData: {other: secret}
`;

function read(...texts: string[]) {
  return readKubernetes(texts.map((text, index) => ({ text, file: `${index}.yaml` })));
}

describe('manifests', () => {
  it('give the variables of a container, and of Secrets only their names', () => {
    const { workloads, problems } = read(DEPLOYMENT, OTHERS);
    expect(problems).toEqual([]);
    const [container] = workloads[0]?.containers ?? [];
    expect(container?.variables.map(({ name, value, place }) => `${name}=${value?.reveal()} ${placeText(place)}`)).toEqual([
      'HOST=cache 1.yaml:4:3',
      'S_password=undefined 0.yaml:15:15',
      'S_other=undefined 0.yaml:15:15',
      'A=1 0.yaml:18:15',
      'B=1-cache-$(NONE)-$(A) 0.yaml:20:15',
      'C=undefined 0.yaml:22:15',
      'D=cache 0.yaml:24:15',
      'E=undefined 0.yaml:26:15',
      'F= 0.yaml:28:15',
    ]);
    expect([container?.image, container?.args, workloads[0]?.replicas]).toEqual(['litellm:1', ['litellm', '--config', '/x'], 2]);
  });

  it('have at least as many replicas as their autoscaler says', () => {
    const scaler = 'kind: HorizontalPodAutoscaler\nspec:\n  scaleTargetRef: {kind: Deployment, name: litellm}\n  minReplicas: 4\n';
    expect(read(DEPLOYMENT, scaler).workloads[0]?.replicas).toBe(4);
  });

  it.each([
    ['kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c}]}\n', 'Pod a 1'],
    ['kind: DaemonSet\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: c}]}}}\n', 'DaemonSet a undefined'],
    [
      'kind: CronJob\nmetadata: {name: a}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c}]}}}}}\n',
      'CronJob a undefined',
    ],
    [
      'kind: List\nitems: [{kind: StatefulSet, metadata: {name: a}, spec: {template: {spec: {containers: [{name: c}]}}}}]\n',
      'StatefulSet a 1',
    ],
  ])('are found in %j', (text, expected) => {
    expect(
      read(text).workloads.map(
        ({ kind, name, replicas, containers }) => `${kind} ${name} ${replicas}${containers[0]?.name === 'c' ? '' : ' lost'}`,
      ),
    ).toEqual([expected]);
  });

  it('are not a chart that nobody rendered', () => {
    expect(read('kind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n').gaps).toEqual([
      {
        kind: 'evidence',
        message: 'is a template of a chart, not a manifest: nothing of it was judged',
        fix: 'render it with helm template and give the doctor what that prints',
        place: { source: '0.yaml', line: 3, column: 1 },
      },
    ]);
  });

  it('never make the reader throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('Deployment', 'Pod', 'List', 'ConfigMap', 'HorizontalPodAutoscaler'), (spec, kind) => {
        const { workloads } = read(
          JSON.stringify({
            kind,
            metadata: spec,
            spec: { template: { spec }, containers: spec, scaleTargetRef: spec },
            items: [spec],
            data: spec,
          }),
        );
        for (const { containers } of workloads) for (const { place } of containers) expect(place.line).toBe(1);
      }),
    );
  });
});
