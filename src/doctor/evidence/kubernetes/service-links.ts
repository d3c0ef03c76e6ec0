import { Secret } from '../../../source/secret.ts';
import type { Variable } from '../../environment.ts';
import { asText, listOf, sectionOf } from '../tree.ts';
import type { Manifest } from './manifests.ts';

/**
 * The variable that Kubernetes makes of a Service called redis in the namespace of a pod, unless the pod has
 * `enableServiceLinks: false`: REDIS_PORT is an address there (kubernetes.io, Service, Environment variables). LiteLLM
 * reads no other of these variables.
 */
export function serviceLinks({ namespace }: Manifest, all: readonly Manifest[]): Variable[] {
  const service = all.find(({ kind, name, namespace: own }) => kind === 'Service' && name === 'redis' && own === namespace);
  const { type, clusterIP, ports } = sectionOf(service?.section.spec);
  const [port] = listOf(ports).map((entry) => sectionOf(entry).port);
  if (service === undefined || type === 'ExternalName' || clusterIP === 'None' || port === undefined) return [];
  const address = typeof clusterIP === 'string' && clusterIP !== '' ? clusterIP : 'CLUSTER-IP';
  const value = Secret.of(`tcp://${address}:${asText(port)}`);
  return [{ name: 'REDIS_PORT', value, source: 'kubernetes', place: service.at(['metadata', 'name']) }];
}
