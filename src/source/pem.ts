import { X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** The certificates of a PEM text in their order. Throws for one that cannot be read. */
export function certificatesIn(pem: string): X509Certificate[] {
  return [...pem.matchAll(CERTIFICATE)].map(([text]) => new X509Certificate(text));
}

/** Why a text is no list of certificates, as the end of a sentence; OpenSSL takes an empty one for the authorities of the system. */
export function certificatesFault(pem: string): string | undefined {
  try {
    return certificatesIn(pem).length === 0 ? 'holds no certificate in PEM form' : undefined;
  } catch {
    return 'holds a certificate that cannot be read';
  }
}

/** What a file in PEM form is there for. */
export type PemKind = 'certificate' | 'private key';

const FORM: Readonly<Record<PemKind, RegExp>> = {
  certificate: /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/,
  'private key': /-----BEGIN (?:[A-Z]{2,9} )?PRIVATE KEY-----/,
};

/**
 * Why a text cannot be what it is there for, as the end of a sentence; a look that costs nothing, as it is due at every
 * connection. OpenSSL takes a text without a certificate for one that is not there, and tells of a passphrase in riddles.
 */
export function pemFault(text: string, kind: PemKind): string | undefined {
  if (text.trim() === '') return 'is empty';
  if (kind === 'private key' && /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text))
    return 'holds a private key with a passphrase, which cannot be given; store the key without one';
  return FORM[kind].test(text) ? undefined : `holds no ${kind} in PEM form`;
}
