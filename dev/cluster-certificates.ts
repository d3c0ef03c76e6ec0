import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SERVER_NAMES = 'DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:::1,IP:10.0.0.1';

/** Files of the certificates and keys that an API server and its administrator need. */
export interface ClusterCertificates {
  caFile: string;
  serverCert: string;
  serverKey: string;
  /** Of a client that may do everything. */
  adminCert: string;
  adminKey: string;
  /** Signs the tokens of service accounts. */
  accountKey: string;
}

/** Makes them in a folder, with openssl; they are valid for two days. */
export async function makeClusterCertificates(dir: string): Promise<ClusterCertificates> {
  const at = (name: string) => join(dir, name);
  // Without a file of its own, openssl would add the defaults of the machine to the extensions.
  await writeFile(at('openssl.cnf'), '[req]\ndistinguished_name = dn\n[dn]\n');
  const make = async (name: string, subject: string, ...more: string[]) => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', at(`${name}.key`)];
    const request = ['req', '-x509', '-config', at('openssl.cnf'), '-days', '2', ...key, '-out', at(`${name}.crt`), '-subj', subject];
    await run('openssl', [...request, ...more]);
  };
  const signed = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-addext', 'basicConstraints=critical,CA:FALSE'];
  await make('ca', '/CN=test cluster', '-addext', 'basicConstraints=critical,CA:TRUE');
  await Promise.all([
    make('server', '/CN=kube-apiserver', ...signed, '-addext', `subjectAltName=${SERVER_NAMES}`, '-addext', 'extendedKeyUsage=serverAuth'),
    make('admin', '/O=system:masters/CN=admin', ...signed, '-addext', 'extendedKeyUsage=clientAuth'),
    run('openssl', ['genrsa', '-out', at('account.key'), '2048']),
  ]);
  return {
    caFile: at('ca.crt'),
    serverCert: at('server.crt'),
    serverKey: at('server.key'),
    adminCert: await readFile(at('admin.crt'), 'utf8'),
    adminKey: await readFile(at('admin.key'), 'utf8'),
    accountKey: at('account.key'),
  };
}
