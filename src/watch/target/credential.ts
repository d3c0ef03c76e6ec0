import { combinations, type Sample, sample, states } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import type { Credential } from '../../config/effective.ts';
import type { AuthState } from '../../model/redis.ts';
import type { CredentialStatus } from '../../model/status.ts';
import type { Log, Tick } from '../../model/tick.ts';
import { expectWord, type RedisError, type Settled, settle } from '../../redis/connection/failure.ts';
import type { AuthAnswer, Connection, Target } from '../../redis/connection/target.ts';
import type { Clock } from '../../schedule/clock.ts';
import { operate } from './connection.ts';

/** What one fresh connection showed. The connection, where there is one, belongs to the caller. */
export interface CanaryResult {
  state: AuthState;
  redis?: Connection;
  error?: RedisError;
  /** Whether the server gave any RESP answer. */
  answered: boolean;
}

/** One credential of a target and what its canaries showed. */
export interface CredentialWatch {
  readonly credential: Credential;
  /** Opens a fresh connection with it: connect, AUTH, PING, each once. */
  attempt(tick: Tick): Promise<CanaryResult>;
  /** Takes in that it could not be tried in this tick. */
  leaveOut(): void;
  status(): CredentialStatus;
  samples(): Sample[];
}

/** Starts without knowing anything of the credential; its counters exist at 0 from then on. */
export function createCredentialWatch(credential: Credential, target: Target, series: Series, log: Log, clock: Clock): CredentialWatch {
  const name = credential.name;
  const status: CredentialStatus = { credential: name, state: 'unknown' };
  const redis_target = target.config.name;
  let pingForbidden = false;
  for (const labels of combinations('redis.auth.attempts', { credential: name })) series.add('redis.auth.attempts', labels, 0);
  for (const labels of combinations('redis.auth.failures', { credential: name })) series.add('redis.auth.failures', labels, 0);

  async function attempt(tick: Tick): Promise<CanaryResult> {
    const result = await visit(tick);
    // A tick that was stopped has shown nothing; one that ran out of time has.
    if (tick.signal.aborted && result.error?.failure !== 'timeout') return result;
    const success = result.state === 'ok' || result.state === 'disabled';
    series.add('redis.auth.attempts', { credential: name, outcome: success ? 'success' : 'failure' });
    if (!success && result.error !== undefined) series.add('redis.auth.failures', { credential: name, 'error.type': result.error.failure });
    if (success) status.lastSuccessAt = clock.now();
    if (result.state === 'failed') status.lastFailureAt = clock.now();
    setState(result.state, success ? undefined : result.error);
    return result;
  }

  async function visit(tick: Tick): Promise<CanaryResult> {
    const start = clock.monotonic();
    const dialled = await settle(
      tick.step('connect', (_, note) => {
        note({ credential: name });
        return target.dial(tick.signal);
      }),
    );
    if (!dialled.ok) return { state: 'unknown', error: dialled.error, answered: dialled.error.prefix !== undefined };
    series.observe('db.client.connection.create_time', {}, (clock.monotonic() - start) / 1_000, tick.traceId);
    const redis = dialled.value;
    const auth = await authenticate(tick, redis);
    if (!auth.ok && auth.error.failure === 'secret_unreadable')
      return { state: 'unknown', redis, error: auth.error, answered: await answersBare(redis, tick) };
    const sufficient = !auth.ok || (pingForbidden && auth.value === 'accepted');
    const pong = sufficient ? auth : await settle(operate(tick, series, clock, 'PING', () => ping(redis, tick)));
    const error = pong.ok ? undefined : pong.error;
    // A user without the right to PING would otherwise show in the server's log of refusals for ever.
    if (auth.ok && error?.prefix === 'NOPERM') pingForbidden = true;
    const state = judge(auth, error);
    const answered = pong.ok || pong.error.prefix !== undefined || (auth.ok && auth.value !== 'not sent');
    return { state, redis, answered, ...(error !== undefined && { error }) };
  }

  async function ping(redis: Connection, tick: Tick): Promise<void> {
    expectWord(await target.ask(redis, ['PING'], tick.signal), 'PONG', 'PING');
  }

  /** Whether the server answers at all. QUIT needs no password, and no counter of errors counts it. */
  async function answersBare(redis: Connection, tick: Tick): Promise<boolean> {
    const quit = await settle(tick.step('QUIT', () => target.ask(redis, ['QUIT'], tick.signal)));
    return quit.ok || quit.error.prefix !== undefined;
  }

  function authenticate(tick: Tick, redis: Connection): Promise<Settled<AuthAnswer>> {
    if (credential.password === undefined) return Promise.resolve({ ok: true, value: 'not sent' });
    return settle(operate(tick, series, clock, 'AUTH', () => target.authenticate(redis, credential, tick.signal)));
  }

  function setState(state: AuthState, error: RedisError | undefined): void {
    if (state !== status.state || error?.failure !== status.error) {
      const details = { redis_target, credential: name, before: status.state, state, error_type: error?.failure, error: error?.message };
      if (state === 'failed') log.warn(details, 'A credential is refused');
      // An unreachable server is logged once for all its credentials.
      else if (state !== 'unknown') log.info(details, 'A credential is accepted');
    }
    status.state = state;
    status.error = error?.failure;
  }

  return {
    credential,
    attempt,
    leaveOut: () => setState('unknown', undefined),
    status: () => ({ ...status }),
    samples: () => [
      ...states('redis.auth.state', { credential: name }, status.state),
      ...(status.lastSuccessAt === undefined
        ? []
        : [sample('redis.auth.last_success.timestamp', { credential: name }, status.lastSuccessAt / 1_000)]),
      ...(status.lastFailureAt === undefined
        ? []
        : [sample('redis.auth.last_failure.timestamp', { credential: name }, status.lastFailureAt / 1_000)]),
    ],
  };
}

/** Whether the connection of a canary can go on to be used. */
export function isUsable({ state, error }: CanaryResult): boolean {
  return (state === 'ok' || state === 'disabled') && (error === undefined || error.prefix !== undefined);
}

/**
 * The state of a credential after AUTH and PING. What the server answers after it has checked the password
 * (LOADING, NOPERM) proves nothing against it; a connection that ended before AUTH was answered proves nothing, nor does
 * an answer that tells of the state of the server (MISCONF, NOREPLICAS).
 */
function judge(auth: Settled<AuthAnswer>, pingError: RedisError | undefined): AuthState {
  if (!auth.ok) return isRefusal(auth.error) || inOtherWords(auth.error) ? 'failed' : 'unknown';
  if (auth.value === 'accepted') return 'ok';
  if (pingError === undefined) return 'disabled';
  if (isRefusal(pingError) && pingError.prefix !== 'NOPERM') return 'failed';
  return pingError.prefix === undefined || pingError.failure === 'maxclients' ? 'unknown' : 'disabled';
}

/** Whether AUTH was refused in words that no table has. */
function inOtherWords({ failure, prefix }: RedisError): boolean {
  return failure === 'unknown' && (prefix === 'ERR' || prefix === 'other');
}

function isRefusal({ failure }: RedisError): boolean {
  return failure === 'wrongpass' || failure === 'noauth' || failure === 'noperm';
}
