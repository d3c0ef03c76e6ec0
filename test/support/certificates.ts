import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether certificates can be made here; with CI set the answer is yes, so that a lack fails there instead of being skipped. */
export function lacksOpenssl(): boolean {
  if (process.env.CI) return false;
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return false;
  } catch {
    return true;
  }
}

/** A certificate with its key, as files and as text. */
export interface Certificate {
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}

/** Makes an authority and lets it sign: files NAME.crt and NAME.key in the directory. Valid for localhost and 127.0.0.1. */
export function certificateAuthority(directory: string, name: string): Certificate & { sign(subject: string): Certificate } {
  const authority = make(directory, name, ['-addext', 'basicConstraints=critical,CA:TRUE']);
  return {
    ...authority,
    sign: (subject) =>
      make(directory, subject, ['-CA', authority.certFile, '-CAkey', authority.keyFile, '-addext', 'basicConstraints=critical,CA:FALSE']),
  };
}

function make(directory: string, name: string, options: readonly string[]): Certificate {
  const certFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', keyFile];
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  // Without a file of its own, openssl would add the defaults of the machine to the extensions.
  const config = join(directory, 'openssl.cnf');
  writeFileSync(config, '[req]\ndistinguished_name = dn\n[dn]\n');
  execFileSync('openssl', ['req', '-x509', '-config', config, '-days', '2', ...key, '-out', certFile, ...names, ...options], {
    stdio: 'pipe',
  });
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}
