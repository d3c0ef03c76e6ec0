import type { GatewayFailure } from '../model/cache.ts';

/** What the API server was asked to do with the Lease. */
export const LEASE_VERB = ['get', 'create', 'update'] as const;
export type LeaseVerb = (typeof LEASE_VERB)[number];

/** Where the Lease is, and with what this exporter asks for it. */
export interface LeasePlace {
  namespace: string;
  name: string;
  tokenFile: string;
  caFile: string;
}

/**
 * Why the API server did not do it, from the status of its answer, with what to do about it. Its own words
 * are left out: they are a server's, of any length.
 */
export function refusalReason(verb: LeaseVerb, status: number, place: LeasePlace): string {
  const hint = hintFor(verb, status, place);
  return `the API server answers the ${verb} of the Lease with HTTP ${status}${hint && `; ${hint}`}`;
}

function hintFor(verb: LeaseVerb, status: number, { namespace, name, tokenFile }: LeasePlace): string {
  if (status === 401) return `it does not accept the token in ${tokenFile}; look whether the service account of this pod still exists`;
  if (status === 403)
    return `let its role get, create and update leases in the namespace ${namespace}, and look whether that is the right one and exists`;
  if (status === 404 && verb === 'create') return `create the namespace ${namespace}, or set lease.kubernetes.namespace to one that exists`;
  if (status === 404) return 'it was deleted a moment ago; it is made again';
  if (status === 400 || status === 422)
    return `it does not take this Lease; look at lease.kubernetes.namespace and .name (${name}), and at what others wrote into it`;
  if (status === 429) return 'it has too much to do; it is asked again';
  if (status >= 500) return 'the API server or its storage has a fault; it is asked again';
  if (status >= 300 && status < 400) return 'what answers is a proxy and no API server; look at KUBERNETES_SERVICE_HOST and _PORT';
  return '';
}

/** Why the API server was not reached, from the class of the failure. */
export function failureReason(failure: GatewayFailure, api: string, { tokenFile, caFile }: LeasePlace): string {
  switch (failure) {
    case 'tls':
      return `the API server ${api} has no certificate that ${caFile} trusts for this address`;
    case 'timeout':
      return `the API server ${api} did not answer in time`;
    case 'refused':
      return `nothing accepts connections at the API server ${api} (refused)`;
    case 'dns':
      return `the name of the API server ${api} cannot be resolved`;
    case 'auth':
      return `the token in ${tokenFile} cannot be sent: it has characters that no token has`;
    default:
      return `the API server ${api} gave no usable answer (${failure})`;
  }
}
