/** Codes of errors of TLS: those of Node, of OpenSSL, and what Node makes of a certificate that does not hold (its source, src/crypto/crypto_common.cc). */
export const TLS_CODE =
  /^(?:EPROTO$|ERR_(?:SSL|TLS|OSSL|CRYPTO)_|CERT_|CRL_|ERROR_IN_C(?:ERT|RL)_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|(?:HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|UNSPECIFIED)$)/;

/** What to do about an error of TLS, by the code of Node or OpenSSL (nodejs.org/api/tls.html, "X509 certificate error codes"). */
const ADVICE: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [
    /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    'the certificate of the server is for another name; write a name of its certificate into the host of url or into tls.server_name',
  ],
  [
    /^(INVALID_PURPOSE|INVALID_CA|PATH_LENGTH_EXCEEDED)$/,
    'the certificate of the server, or one that signed it, is made for another purpose; give the server one for serverAuth, signed by an authority that may sign',
  ],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED|CERT_CHAIN_TOO_LONG)$/,
    'the certificate of the server is signed by an authority that is not trusted; write the file of that authority into tls.ca_file',
  ],
  [/^CERT_HAS_EXPIRED$/, 'the certificate of the server, or of an authority in tls.ca_file, has expired; renew it'],
  [/^CERT_NOT_YET_VALID$/, 'the certificate of the server is not valid yet; compare the clocks of both machines'],
  [
    /^CERT_(SIGNATURE_FAILURE|REJECTED)$/,
    'the certificate of the server is not what its authority signed; compare it with the file in tls.ca_file',
  ],
  [
    /KEY_TOO_SMALL|KEY_TOO_WEAK|MD_TOO_WEAK/,
    'a certificate has a key or a signature that is too weak; give it RSA with 2048 bits, or an elliptic curve, and SHA-256',
  ],
  [/X509_KEY_VALUES_MISMATCH|KEY_TYPE_MISMATCH/, 'tls.key_file is not the key of the certificate in tls.cert_file'],
  [/BAD_DECRYPT|BAD_PASSWORD|INTERRUPTED_OR_CANCELLED/, 'tls.key_file has a passphrase, which cannot be given; store the key without one'],
  [
    /^ERR_OSSL_(PEM|ASN1|DECODER|UNSUPPORTED|X509|EVP)|^ERR_CRYPTO_/,
    'a file of the tls section cannot be read; write PEM text, as openssl makes it, into tls.ca_file, tls.cert_file and tls.key_file',
  ],
  [
    /UNRECOGNIZED_NAME/,
    'the server knows no certificate for this name; write one of its names into the host of url or into tls.server_name',
  ],
  [/^CERT_REVOKED$/, 'the certificate of the server is revoked; give it another one'],
  [
    /(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_(EXPIRED|REVOKED|UNKNOWN)|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)/,
    'the server refused the handshake; where it asks for a certificate of its clients, write a valid one into tls.cert_file and tls.key_file',
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
