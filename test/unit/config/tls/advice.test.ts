import { describe, expect, it } from 'vitest';
import { tlsAdvice } from '../../../../src/config/tls/advice.ts';
import { classify } from '../../../../src/redis/connection/failure.ts';

describe('an error of TLS', () => {
  it.each([
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls.server_name'],
    ['HOSTNAME_MISMATCH', 'tls.server_name'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls.ca_file'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls.ca_file'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls.ca_file'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls.ca_file'],
    ['CERT_HAS_EXPIRED', 'has expired'],
    ['CERT_NOT_YET_VALID', 'clocks'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls.cert_file and tls.key_file'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls.cert_file and tls.key_file'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'TLS 1.2'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'scheme and the port'],
    ['ERR_SSL_SOMETHING', 'compare the tls section'],
  ])('%s says what to write', (code, expected) => {
    expect(tlsAdvice(code)).toContain(expected);
    const error = classify(Object.assign(new Error('x'), { code }), 'TLS handshake');
    expect({ failure: error.failure, message: error.message }).toEqual({ failure: 'tls', message: expect.stringContaining(expected) });
  });
});
