import type { Gap } from '../../setup.ts';
import { asText } from '../tree.ts';
import type { Manifest } from './manifests.ts';

/** Objects from which something in the cluster makes pods: charts, and the operators of Redis and LiteLLM. */
const CHART = /^(?:HelmRelease|HelmChart|HelmChartConfig|Application|ApplicationSet)$/;
const OPERATOR = /redis|valkey|keydb|dragonfly|litellm/i;
/** Objects that only look at pods, lead to them or configure them. */
const BESIDE = /monitor|rule|policy|route|secret|certificate|backup|user|config|restore/i;

/** An object whose pods are made in the cluster, so that what runs in them was not judged; of charts only those of LiteLLM or Redis. */
export function madeElsewhere({ kind, name, section, at }: Manifest): Gap | undefined {
  const version = asText(section.apiVersion ?? '');
  const isChart = CHART.test(kind) && /^(?:helm\.|argoproj\.io)/.test(version) && OPERATOR.test(JSON.stringify(section));
  const isOwn = version.includes('.') && (OPERATOR.test(kind) || OPERATOR.test(version)) && !BESIDE.test(kind);
  if (!isChart && !isOwn) return undefined;
  return {
    kind: 'evidence',
    place: at(['kind']),
    message: `${kind} ${name} is made into pods in the cluster: what runs in them was not judged`,
    fix: isChart
      ? 'render the chart with helm template and give the doctor what that prints'
      : 'give the doctor the StatefulSet and the Service that the operator makes: kubectl get statefulset,service -o yaml',
  };
}
