import type { Environment } from '../environment.ts';
import { AWS_ARGUMENTS, AZURE_ARGUMENTS, type Behaviour } from './client-arguments.ts';
import { isYes } from './python-value.ts';
import { type Argument, type Arguments, type Failure, isNotNone, isPythonTruthy, type ResolvedValue, variable } from './resolved-value.ts';

/** Logins of cloud providers: they stand for user and password. */
export function login(result: Arguments, environment: Environment, behaviour: Behaviour): Failure | undefined {
  const explicit = isNotNone(result.get('credential_provider')) && behaviour.typed;
  const named = isPythonTruthy(result.get('gcp_service_account'))
    ? result.get('gcp_service_account')
    : textVariable('REDIS_GCP_SERVICE_ACCOUNT', environment);
  const isAccount =
    named === undefined || !behaviour.gcpNeedsText || !named.known || (typeof named.value === 'string' && named.value !== '');
  const account = isAccount ? named : undefined;
  if (account !== undefined && !explicit) {
    const certificates = isPythonTruthy(result.get('gcp_ssl_ca_certs'))
      ? result.get('gcp_ssl_ca_certs')
      : textVariable('REDIS_GCP_SSL_CA_CERTS', environment);
    result.set('redis_connect_func', { ...account, value: 'login of Google Cloud', known: true, hides: [] });
    if (certificates !== undefined && isPythonTruthy(certificates) && isPythonTruthy(result.get('ssl')))
      result.set('ssl_ca_certs', { ...certificates, hides: [] });
  }
  if (account !== undefined || behaviour.typed) for (const name of ['gcp_service_account', 'gcp_ssl_ca_certs']) result.delete(name);
  const entra = isPythonTruthy(result.get('azure_redis_ad_token'))
    ? result.get('azure_redis_ad_token')
    : variable('REDIS_AZURE_AD_TOKEN', environment);
  const hasEntra = behaviour.azure && entra !== undefined && String(entra.value).toLowerCase() === 'true';
  if (hasEntra && account === undefined && !explicit)
    result.set('redis_connect_func', { ...entra, value: 'login of Microsoft Entra ID', hides: [] });
  const aws = result.get('aws_iam_auth');
  if (behaviour.aws && !explicit && aws !== undefined && isYes(aws.value) && account === undefined && !hasEntra) {
    const failure = elastiCache(result, aws, environment);
    if (failure !== undefined) return failure;
    result.set('credential_provider', { ...aws, value: 'login of Amazon ElastiCache', hides: [] });
  }
  if (behaviour.azure) for (const name of AZURE_ARGUMENTS) result.delete(name);
  if (behaviour.aws) for (const name of AWS_ARGUMENTS) result.delete(name);
  const provider = result.get('credential_provider');
  if (behaviour.typed && provider !== undefined && isNotNone(provider)) supersede(result, provider);
  return undefined;
}

function textVariable(name: string, environment: Environment): ResolvedValue | undefined {
  const found = variable(name, environment);
  return typeof found?.value === 'boolean' ? undefined : found;
}

function supersede(result: Arguments, provider: Argument): void {
  const hides = ['username', 'password'].flatMap((name) => result.get(name) ?? []);
  for (const name of ['redis_connect_func', 'username', 'password']) result.delete(name);
  result.set('credential_provider', { ...provider, hides });
  const url = result.get('url');
  if (url?.known && typeof url.value === 'string') result.set('url', { ...url, value: url.value.replace(/^([^/?#]*\/\/)[^/?#]*@/, '$1') });
}

function elastiCache(result: Arguments, { place }: ResolvedValue, environment: Environment): Failure | undefined {
  const url = result.get('url');
  const usesUrl = !isNotNone(result.get('startup_nodes')) && typeof url?.value === 'string';
  const isTls = usesUrl ? /^rediss:/i.test(String(url?.value)) : isYes(result.get('ssl')?.value);
  if (!isTls) return { message: 'aws_iam_auth needs TLS', place };
  const region =
    isPythonTruthy(result.get('aws_iam_region')) ||
    ['AWS_REGION', 'AWS_DEFAULT_REGION'].some((name) => isPythonTruthy(textVariable(name, environment)));
  const missing = ['aws_iam_user_name', 'aws_iam_cache_name'].filter((name) => !isPythonTruthy(result.get(name)));
  const all = [...missing, ...(region ? [] : ['aws_iam_region'])];
  return all.length === 0 ? undefined : { message: `aws_iam_auth needs ${all.join(', ')}`, place, open: true };
}
