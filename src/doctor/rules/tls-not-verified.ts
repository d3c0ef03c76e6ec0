import { distance } from '../facts/address.ts';
import { destination, setting } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT } from '../setup.ts';

export const tlsNotVerified: Rule = {
  id: 'tls-not-verified',
  severity: 'medium',
  needs: ['litellm', 'environment'],
  title: 'TLS is used without looking at the certificate',
  check(setup) {
    return CLIENT.flatMap((client): Finding[] => {
      const verify = setting(setup, client, 'ssl_cert_reqs');
      const to = destination(setup, client);
      const off = verify !== undefined && ['none', 'null', ''].includes(verify.value?.reveal().toLowerCase() ?? 'unknown');
      if (!off || to === undefined || !to.tls || distance(to.host, setup) === 'loopback') return [];
      return [
        {
          place: verify.place,
          message: `${verify.from} switches the check of the certificate off`,
          consequence: 'Any server that answers at that address gets the password and every prompt.',
          fix: 'remove it; for a certificate authority of your own set ssl_ca_certs',
        },
      ];
    });
  },
};
