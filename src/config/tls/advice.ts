/** What to do about an error of TLS, by the code of Node or OpenSSL (nodejs.org/api/tls.html, "X509 certificate error codes"). */
const ADVICE: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [
    /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    'the certificate of the server is for another name; write a name of its certificate into the host of url or into tls.server_name',
  ],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED|INVALID_CA|CERT_CHAIN_TOO_LONG)$/,
    'the certificate of the server is signed by an authority that is not trusted; write the file of that authority into tls.ca_file',
  ],
  [/^CERT_HAS_EXPIRED$/, 'the certificate of the server, or of an authority in tls.ca_file, has expired; renew it'],
  [/^CERT_NOT_YET_VALID$/, 'the certificate of the server is not valid yet; compare the clocks of both machines'],
  [/^CERT_REVOKED$/, 'the certificate of the server is revoked; give it another one'],
  [
    /(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA)/,
    'the server refused the handshake; where it asks for a certificate of its clients, write tls.cert_file and tls.key_file',
  ],
  [/(PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL)/, 'server and exporter share no version of TLS; let the server speak TLS 1.2 or newer'],
  [/(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)/, 'the server does not answer TLS; compare the scheme and the port of url'],
];

/** A sentence for people about an error of TLS: what is wrong and which key to write. */
export function tlsAdvice(code: string): string {
  return (
    ADVICE.find(([pattern]) => pattern.test(code))?.[1] ??
    'TLS could not be agreed on; compare the tls section with the settings of the server'
  );
}
