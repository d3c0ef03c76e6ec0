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
