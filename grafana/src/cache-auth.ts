import { CountsPerMinute, NoUnit, Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import { alertsTable } from './alerts.ts';
import { dashboard } from './dashboard.ts';
import { lines } from './lines.ts';
import { buckets, calc, counter, gauge, increase, max, min, quantile, rate, sum, together } from './query.ts';
import { stat } from './stat.ts';
import { AUTH_CODE, AUTH_STATES, CAUSE_CODE, CAUSES, COLOUR, yesOrNo } from './states.ts';
import { table } from './table.ts';
import { timeline } from './timeline.ts';

const rejections = counter('redis.auth.rejections');
const others = counter('redis.auth.rejections', { origin: 'others' });
const lastSuccess = max(['redis_target', 'credential'], gauge('redis.auth.last_success.timestamp'));
const lastFailure = max(['redis_target', 'credential'], gauge('redis.auth.last_failure.timestamp'));

export const CACHE_AUTH = dashboard({
  uid: 'cache-auth',
  title: 'AUTH and security',
  description: 'Which credentials open a connection to Redis now, who is refused, and what a refusal does to the gateways.',
  variables: [],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Credentials',
          shows:
            'Whether each credential opens a fresh connection: that of the exporter, and the canaries with the credentials of the gateways.',
          act: 'failed: the password here and at the server differ. A gateway with open connections still works and breaks at its next reconnect.',
          width: 10,
          height: 4,
          unit: NoUnit,
          states: AUTH_STATES,
          queries: [{ of: AUTH_CODE, legend: '{{redis_target}} {{credential}}' }],
          runbooks: ['RedisAuthFailing', 'RedisAuthFlapping'],
        }),
        stat({
          title: 'Refused in the last hour, of others',
          shows:
            'Refusals of the last hour that were not caused by the exporter. WRONGPASS is a wrong password, NOAUTH none at all, NOPERM a command that the user may not run.',
          act: 'WRONGPASS pages: a client holds an old password, or guesses. NOAUTH is often a health check without a password.',
          width: 7,
          height: 4,
          unit: Short,
          decimals: 0,
          steps: [COLOUR.good, [1, COLOUR.warn]],
          queries: [
            {
              of: calc`round(${sum(['error_type'], together(['redis_target', 'error_type'], increase(others, '1h')))})`,
              legend: '{{error_type}}',
            },
          ],
          runbooks: ['RedisAuthRejected', 'RedisAuthMissing', 'RedisPermissionDenied'],
        }),
        stat({
          title: 'Asks for a password',
          shows: 'Whether each server refuses commands without a password.',
          act: 'no: anyone who reaches the port can read every cached answer. Set requirepass or ACL users.',
          width: 4,
          height: 4,
          unit: NoUnit,
          states: yesOrNo('yes', 'no'),
          queries: [{ of: max(['redis_target'], gauge('redis.auth.required')), legend: '{{redis_target}}' }],
          runbooks: ['RedisAuthNotRequired'],
        }),
        stat({
          title: 'Certificate ends in',
          shows: 'Time until the certificate of each server ends. Empty without rediss://.',
          act: 'renew it before: afterwards every gateway that verifies it loses its cache at once.',
          width: 3,
          height: 4,
          unit: Seconds,
          decimals: 0,
          steps: [COLOUR.bad, [7 * 86_400, COLOUR.warn], [21 * 86_400, COLOUR.good]],
          queries: [
            { of: calc`${min(['redis_target'], gauge('redis.tls.certificate_expiry.timestamp'))} - time()`, legend: '{{redis_target}}' },
          ],
          runbooks: ['RedisCertificateExpiring'],
          empty: 'no TLS',
        }),
      ],
    },
    {
      title: 'What happened',
      panels: [
        timeline({
          title: 'Credentials over time',
          shows: 'The state of each credential, by fresh connections that the exporter opens.',
          act: 'the moment of the change is the moment of the rotation: clients with the old password fail from here on.',
          width: 24,
          height: 6,
          states: AUTH_STATES,
          queries: [{ of: AUTH_CODE, legend: '{{redis_target}} {{credential}}' }],
          runbooks: ['RedisAuthFailing', 'RedisAuthFlapping'],
        }),
        timeline({
          title: 'What it does to the gateways',
          shows: 'The cause of each gateway; redis_auth and redis_permission are those that come from here.',
          act: 'credentials that fail above while the cause here stays none: the gateway still lives on old connections. Mend it before it reconnects.',
          width: 24,
          height: 5,
          states: CAUSES,
          queries: [{ of: CAUSE_CODE, legend: '{{gateway}}' }],
          runbooks: ['RedisAuthBreaksGateway'],
        }),
        alertsTable({ category: 'auth', width: 12, height: 8 }),
        table({
          title: 'Credentials, by the age of their last refusal',
          shows: 'State of each credential, and the time since it last opened a connection and since it was last refused.',
          act: 'a refusal that is young while the state is ok is a credential that flaps: two servers behind one name, or a rotation half done.',
          width: 12,
          height: 8,
          labels: { redis_target: 'Target', credential: 'Credential' },
          columns: [
            { name: 'State', of: AUTH_CODE, unit: NoUnit, states: AUTH_STATES },
            { name: 'Since success', of: calc`time() - ${lastSuccess}`, unit: Seconds, decimals: 0 },
            { name: 'Since refusal', of: calc`time() - ${lastFailure}`, unit: Seconds, decimals: 0 },
          ],
          sortedBy: 'State',
          runbooks: ['RedisAuthFlapping'],
        }),
      ],
    },
    {
      title: 'Who is refused',
      panels: [
        lines({
          title: 'Refusals by kind and origin',
          shows: 'Refusals per minute that the server counted. *own* are those of the exporter and its canaries, *others* all the rest.',
          act: 'a gateway whose breaker is closed is refused in bursts of five and then once a minute; a steady rate is a client without a breaker.',
          width: 12,
          height: 9,
          unit: CountsPerMinute,
          stacked: true,
          queries: [
            {
              of: calc`60 * ${together(['redis_target', 'error_type', 'origin'], rate(rejections))} > 0`,
              legend: '{{redis_target}} {{error_type}} {{origin}}',
            },
          ],
          runbooks: ['RedisAuthRejected', 'RedisAuthMissing', 'RedisPermissionDenied'],
          empty: 'none',
        }),
        lines({
          title: 'New entries in ACL LOG',
          shows: 'Refusals per minute that are new in ACL LOG, by reason and origin.',
          act: 'ACL LOG 10 tells the user, the address and the command of each.',
          width: 12,
          height: 9,
          unit: CountsPerMinute,
          stacked: true,
          queries: [
            {
              of: calc`60 * ${together(['redis_target', 'reason', 'origin'], rate(counter('redis.acl.log.entries')))} > 0`,
              legend: '{{redis_target}} {{reason}} {{origin}}',
            },
          ],
          empty: 'none',
        }),
        lines({
          title: 'Tries by credential',
          shows: 'Fresh connections per minute that the exporter tried with each credential, by how they ended.',
          act: 'each tick tries each credential once, so that it never locks a user out.',
          width: 8,
          height: 8,
          unit: CountsPerMinute,
          queries: [
            {
              of: calc`60 * ${sum(['redis_target', 'credential', 'outcome'], rate(counter('redis.auth.attempts')))}`,
              legend: '{{redis_target}} {{credential}} {{outcome}}',
            },
          ],
        }),
        lines({
          title: 'Failed tries by reason',
          shows: 'Fresh connections per minute of the exporter that failed, by reason.',
          act: 'wrongpass and noauth are the password; timeout, refused and dns are the network; maxclients is load; secret_unreadable is a password file.',
          width: 8,
          height: 8,
          unit: CountsPerMinute,
          stacked: true,
          queries: [
            {
              of: calc`60 * ${sum(['redis_target', 'credential', 'error_type'], rate(counter('redis.auth.failures')))} > 0`,
              legend: '{{redis_target}} {{credential}} {{error_type}}',
            },
          ],
          runbooks: ['RedisAuthFailing', 'RedisSecretUnreadable'],
          empty: 'none',
        }),
        lines({
          title: 'Denials that the server counts',
          shows: 'Refused passwords, commands, keys and channels per minute. Redis 7.2 and later.',
          act: 'cmd and key: the user of a client lacks a rule; redis-acl.md lists those that LiteLLM and the exporter need.',
          width: 8,
          height: 8,
          unit: CountsPerMinute,
          stacked: true,
          queries: [
            {
              of: calc`60 * ${together(['redis_target', 'reason'], rate(counter('redis.acl.denied')))} > 0`,
              legend: '{{redis_target}} {{reason}}',
            },
          ],
          runbooks: ['RedisPermissionDenied'],
          empty: 'none',
        }),
      ],
    },
    {
      title: 'AUTH at the server',
      panels: [
        lines({
          title: 'AUTH and HELLO',
          shows: 'Calls of AUTH and HELLO per minute, and those that failed.',
          act: 'as many as commands: some client opens a connection for each request.',
          width: 8,
          height: 8,
          unit: CountsPerMinute,
          queries: [
            {
              of: calc`60 * ${together(['redis_target', 'cmd'], rate(counter('redis.cmd.calls', { cmd: ['auth', 'hello'] })))}`,
              legend: '{{redis_target}} {{cmd}}',
            },
            {
              of: calc`60 * ${together(['redis_target', 'cmd'], rate(counter('redis.cmd.failed', { cmd: ['auth', 'hello'] })))}`,
              legend: '{{redis_target}} {{cmd}} failed',
              dashed: true,
            },
          ],
          runbooks: ['RedisConnectionChurn'],
        }),
        lines({
          title: 'New connections',
          shows: 'Connections per minute that each server accepted, those of the exporter included.',
          act: 'they jump when a rotation drops connections, and stay high while clients cannot log in.',
          width: 8,
          height: 8,
          unit: CountsPerMinute,
          queries: [
            { of: calc`60 * ${together(['redis_target'], rate(counter('redis.connections.received')))}`, legend: '{{redis_target}}' },
          ],
          runbooks: ['RedisConnectionChurn'],
        }),
        lines({
          title: 'Time of AUTH',
          shows: '99th percentile of the execution time of AUTH.',
          act: 'it is the cost of hashing; when it grows, the server is busy.',
          width: 8,
          height: 8,
          unit: Seconds,
          queries: [
            { of: quantile(0.99, ['redis_target'], rate(buckets('redis.cmd.duration', { cmd: 'auth' }))), legend: '{{redis_target}} p99' },
          ],
        }),
      ],
    },
  ],
});
