import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity as checkName, type PeerCertificate } from 'node:tls';
import { withoutBrackets } from '../../source/url.ts';

/**
 * Whether a certificate is for a host: an error when it is not, undefined when it is; for the option of the same
 * name of node:tls and node:https. IP addresses are compared by OpenSSL: Node 22.23 runs domainToASCII over the
 * host, which is an empty text for an IPv6 address, and so refuses every certificate of one.
 */
export function checkServerIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const address = withoutBrackets(host).replace(/%.*/s, '');
  if (isIP(address) === 0) return checkName(host, certificate);
  if (new X509Certificate(certificate.raw).checkIP(address) !== undefined) return undefined;
  const reason = `the certificate is not for the address ${address}`;
  return Object.assign(new Error(reason), { code: 'ERR_TLS_CERT_ALTNAME_INVALID', reason, host, cert: certificate });
}
