import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runbook, runbookFor } from '../../../../src/http/page/runbook.ts';
import { gatewayPage, statusPage } from '../../../../src/http/page/status-page.ts';
import { CAUSE, VERDICT } from '../../../../src/model/cache.ts';
import type { GatewayStatus, Status, TargetStatus } from '../../../../src/model/status.ts';
import { arbitraryStatus } from '../../../support/arbitrary-status.ts';
import { EMPTY } from '../../../support/http.ts';

const BROKEN: GatewayStatus = {
  name: 'litellm',
  url: 'http://litellm:4000',
  verdict: 'memory_only',
  cause: 'redis_auth',
  evidence: 'NOAUTH grew by 47',
  since: 0,
  pairs: [
    {
      route: 'completions',
      model: 'm',
      outcome: 'miss_not_written',
      at: 40_000,
      firstSeconds: 0.25,
      duplicateSeconds: 0.2,
      evidence: 'no key',
      traceId: '0af7651916cd43dd8448eb211c80319c',
    },
  ],
  costUsd: 0,
};

const PAST = {
  pairs: [],
  failures: [
    {
      at: 50_000,
      route: 'chat',
      outcome: 'miss_not_written',
      verdict: 'memory_only',
      cause: 'redis_auth',
      evidence: 'duplicate missed in 200 ms, key not in Redis',
      traceId: 'f00d',
    },
  ],
  changes: [{ at: 50_000, from: 'working', to: 'memory_only', cause: 'redis_auth', evidence: 'NOAUTH grew by 47', traceId: 'f00d' }],
} satisfies GatewayStatus['history'];

async function pageOf(status: Partial<Status>, tracesUrl?: string): Promise<string> {
  return (await statusPage({ ...EMPTY, ...status }, tracesUrl)).body;
}

/** The names of all tags, in order. */
function tags(page: string): string[] {
  return [...page.matchAll(/<(\/?[a-z!][^\s>]*)/gi)].map((match) => match[1] ?? '');
}

/** The same with a letter for every text that could be anything but a name of ours. */
function withoutMarkup(value: unknown): unknown {
  if (typeof value === 'string') return value === '' || /^[a-z0-9_-]+$/.test(value) ? value : 'x';
  if (Array.isArray(value)) return value.map(withoutMarkup);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutMarkup(inner)]));
}

describe('the status page', () => {
  it('says what is wrong with a gateway, why, and what to do', async () => {
    const page = await pageOf({ gateways: [BROKEN] });
    expect(page).toContain('<title>litellm: memory only</title>');
    expect(page).toContain(
      '<p class="headline bad">litellm is broken: memory only since 1970-01-01 00:00:00 UTC, Redis refuses the password.</p>',
    );
    expect(page).toContain(
      '<section class="bad" id="gateway-litellm">\n<h3><a href="/gateways/litellm">litellm</a> <b>memory only</b> <small>since 1970-01-01 00:00:00 UTC</small></h3>',
    );
    expect(page).toContain('<p>Cause: <strong>Redis refuses the password</strong>.</p>');
    expect(page).toContain('<p class="evidence">NOAUTH grew by 47</p>');
    expect(page).toContain('<p class="next">Next: Compare the REDIS_* variables');
    expect(page).toContain('<a href="/runbooks/RedisAuthBreaksGateway">Runbook RedisAuthBreaksGateway</a></p>');
    expect(page).toContain('<td class="bad" data-label="outcome">miss, never written</td><td data-label="first">250 ms</td>');
  });

  it('shows the worst first, names it on top, and one line each of many', async () => {
    const working = Array.from(
      { length: 500 },
      (_, index): GatewayStatus => ({ ...BROKEN, name: `a${index}`, verdict: 'working', cause: 'none' }),
    );
    const gateways = [
      ...working,
      { ...BROKEN, name: 'zz', verdict: 'unknown' as const },
      { ...BROKEN, name: 'z-dead', verdict: 'unreachable' as const },
    ];
    const page = await pageOf({ gateways });
    expect(page).toContain('<title>z-dead: unreachable</title>');
    expect(page).toMatch(
      /class="headline bad">z-dead is broken: unreachable since .*class="headline none">zz is not known.*class="headline good">500 of 502 gateways are in order/s,
    );
    const lines = [...page.matchAll(/<td data-label="gateway"><a href="\/gateways\/([^"]+)">/g)].map(([, name]) => name);
    expect(lines.slice(0, 3)).toEqual(['z-dead', 'zz', 'a0']);
    expect(lines).toHaveLength(502);
    expect([...page.matchAll(/<section class="\w+" id="gateway-([^"]+)"/g)].map(([, name]) => name).slice(0, 3)).toEqual([
      'z-dead',
      'zz',
      'a0',
    ]);
    expect(page.match(/<section /g)).toHaveLength(20);
  });

  it('shows what its address asks for, and loads itself again unless told not to', async () => {
    const gateways = [BROKEN, { ...BROKEN, name: 'Other', verdict: 'working' as const, cause: 'none' as const }];
    const asked = async (query: string) => (await statusPage({ ...EMPTY, gateways }, undefined, new URLSearchParams(query))).body;
    expect(await asked('')).toContain('<meta http-equiv="refresh" content="15">');
    expect(await asked('refresh=off')).not.toContain('http-equiv="refresh"');
    expect((await asked('gateway=OTH')).match(/<section /g)).toHaveLength(1);
    expect(await asked('state=good')).toContain('id="gateway-Other"');
    expect(await asked('state=good')).not.toContain('id="gateway-litellm"');
    expect(await asked('gateway=nowhere&state=what')).toContain('<p>No gateway is like that.</p>');
    expect(await asked('gateway=%22%3E%3Cb%3E')).toContain('value="&quot;&gt;&lt;b&gt;"');
  });

  it('says whether hits are told by content, and which setting to look at where they are not', async () => {
    const hits = async (gateway: Partial<GatewayStatus>) =>
      (await pageOf({ gateways: [{ ...BROKEN, ...gateway }] })).match(/told by the content[^<]*/)?.[0];
    expect(await hits({})).toBeUndefined();
    expect(await hits({ origin: { problems: [] } })).toBe('told by the content of answers');
    expect(await hits({ origin: { problems: ['Look at api_base.'] } })).toBe('told by the content of all answers: Look at api_base.');
  });

  it('says that the Redis under a working gateway does not answer', async () => {
    const target: TargetStatus = {
      name: 'cache',
      address: 'redis://cache:6379',
      up: false,
      failure: 'timeout',
      credentials: [],
      rejectionsOfOthers: { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 },
    };
    const gateway: GatewayStatus = { ...BROKEN, verdict: 'working', cause: 'none', redisTarget: 'cache' };
    expect(await pageOf({ gateways: [gateway], targets: [target] })).toContain(
      '<p class="headline bad">Redis cache is down: it does not answer in time. The verdict on litellm is that of the last pair, from before.</p>',
    );
  });

  it('colours a hit that proves no read of Redis as one to be looked at', async () => {
    const unverified = (route: 'chat' | 'completions') => ({
      ...BROKEN,
      pairs: BROKEN.pairs.map((pair) => ({ ...pair, route, outcome: 'hit_unverified' as const })),
    });
    expect(await pageOf({ gateways: [unverified('chat')] })).toContain('<td class="warn" data-label="outcome">');
    expect(await pageOf({ gateways: [unverified('completions')] })).toContain('<td class="good" data-label="outcome">');
  });

  it('has a page for each gateway with its target, and 404 for another name', async () => {
    const status = { ...EMPTY, gateways: [BROKEN, { ...BROKEN, name: 'second' }] };
    expect((await gatewayPage(status, 'second')).body).toContain('<title>second: memory only</title>');
    expect((await gatewayPage(status, 'second')).body.match(/<section /g)).toHaveLength(1);
    expect((await gatewayPage(status, '<b>')).status).toBe(404);
  });

  it('has the runbooks that it names, and no other file', async () => {
    for (const verdict of VERDICT) {
      for (const cause of CAUSE) {
        const name = runbookFor(verdict, cause);
        if (verdict === 'working') expect(name).toBeUndefined();
        else expect((await runbook(name ?? '')).body).toContain(`# ${name}\n`);
      }
    }
    for (const name of ['', 'README2', '../alerts', '..%2Falerts', 'x'.repeat(1_000), 'NoSuchAlert'])
      expect((await runbook(name)).status).toBe(404);
  });

  it('is at ease with what the configuration expects', async () => {
    const page = await pageOf({ gateways: [{ ...BROKEN, verdict: 'local', cause: 'cache_local', asExpected: true }] });
    expect(page).toContain('<title>LiteLLM cache exporter</title>');
    expect(page).toContain('<section class="good" id="gateway-litellm">');
    expect(page).not.toContain('Next:');
  });

  it('shows which replica read what which wrote', async () => {
    const replicas = [{ from: '10.0.0.1:4000', to: '10.0.0.2:4000', outcome: 'miss_key_present' as const, at: 40_000 }];
    expect(await pageOf({ gateways: [{ ...BROKEN, replicas }] })).toContain(
      '<td data-label="written by">10.0.0.1:4000</td><td data-label="read by">10.0.0.2:4000</td><td class="bad" data-label="outcome">',
    );
    expect(await pageOf({ gateways: [{ ...BROKEN, replicas: [] }] })).not.toContain('written by');
  });

  it('says who was refused, and who may have come without a password', async () => {
    const target: TargetStatus = {
      name: 'cache',
      address: 'redis://cache:6379',
      credentials: [],
      rejectionsOfOthers: { WRONGPASS: 2, NOAUTH: 1, NOPERM: 1 },
      refused: [
        { reason: 'key', user: 'default', address: '10.0.0.5', library: 'redis-py', what: 'key', count: 1_200, at: 55_000 },
        { reason: 'auth', user: 's3... (22 characters)', what: 'hello', count: 2, at: 50_000 },
      ],
      noauth: { at: 30_000, candidates: [{ address: '10.0.0.5', library: 'redis-py', connections: 4 }] },
    };
    const page = await pageOf({ targets: [target] });
    expect(page).toContain(
      '<td data-label="refused">key</td><td data-label="user">default</td><td data-label="from">10.0.0.5</td><td data-label="library">redis-py</td><td data-label="times">1,200</td><td data-label="last">5 s ago</td>',
    );
    expect(page).toContain(
      '<td data-label="refused">login (hello)</td><td data-label="user">s3... (22 characters)</td><td class="empty"></td>',
    );
    expect(page).toContain(
      '<p>Redis does not record who sends commands without a password (NOAUTH). These connections of the user default may have: The last refusal was 30 s ago.</p>',
    );
    expect(page).toContain('<td data-label="from">10.0.0.5</td><td data-label="library">redis-py</td><td data-label="connections">4</td>');
    const unlisted = await pageOf({ targets: [{ ...target, noauth: { at: 30_000 } }] });
    expect(unlisted).toContain('Its clients could not be listed: see the ACL line of the documentation.');
  });

  it('links a trace only where traces can be looked up', async () => {
    expect(await pageOf({ gateways: [BROKEN] }, 'http://jaeger:16686/')).toContain(
      '<a href="http://jaeger:16686/trace/0af7651916cd43dd8448eb211c80319c">',
    );
    for (const url of [undefined, '', 'javascript:alert(1)//'])
      expect(await pageOf({ gateways: [BROKEN] }, url)).toContain('<td data-label="trace"><code>0af76519</code></td>');
  });

  it('shows what failed before and how the verdict changed, each with its trace', async () => {
    const page = await pageOf({ now: 10_000_000, gateways: [{ ...BROKEN, history: PAST }] }, 'http://jaeger:16686');
    expect(page).toContain('<summary>Recent failures: 1, the last 2 h ago</summary>');
    expect(page).toContain('<td data-label="when">1970-01-01 00:00:50 UTC</td><td data-label="route">chat</td>');
    expect(page).toContain('<td class="bad" data-label="outcome">miss, never written</td><td data-label="verdict">memory only</td>');
    expect(page).toContain('<a href="http://jaeger:16686/trace/f00d"><code>f00d</code></a>');
    expect(page).toContain('<td colspan="5">duplicate missed in 200 ms, key not in Redis</td>');
    expect(page).toContain('<summary>Changes of the verdict: 1, the last 2 h ago</summary>');
    expect(page).toContain('<td data-label="from">working</td><td class="bad" data-label="to">memory only</td>');
  });

  it('shows the newest of many failures first, and says that there are more', async () => {
    const failures = Array.from({ length: 50 }, (_, index) =>
      PAST.failures.map((failure) => ({ ...failure, evidence: `failure ${index}.` })),
    ).flat();
    const page = await pageOf({ gateways: [{ ...BROKEN, history: { ...PAST, failures } }] });
    expect([...page.matchAll(/failure (\d+)\./g)].map((match) => Number(match[1]))).toEqual(
      Array.from({ length: 20 }, (_, index) => 49 - index),
    );
    expect(page).toContain('These are the last 20; all are in the text below.');
  });

  it('is true at the second, also where it was drawn before', async () => {
    const gateways = [{ ...BROKEN, history: PAST }];
    const [early, late] = [await pageOf({ now: 110_000, gateways }), await pageOf({ now: 111_000, gateways })];
    expect(early).toContain('Recent failures: 1, the last 60 s ago');
    expect(late).toContain('Recent failures: 1, the last 61 s ago');
    const linked = await pageOf({ now: 111_000, gateways }, 'http://jaeger:16686');
    expect(linked).toContain('http://jaeger:16686/trace/f00d');
    const failures = PAST.failures.map((failure) => ({ ...failure, evidence: 'a later failure' }));
    const grown = await pageOf({ now: 112_000, gateways: [{ ...BROKEN, history: { ...PAST, failures } }] });
    expect(grown).toContain('a later failure');
  });

  it('shows how full a Redis is in words and as a bar, and what it evicted', async () => {
    const target = {
      name: 'cache',
      address: 'redis://x',
      up: true,
      credentials: [],
      rejectionsOfOthers: { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 },
    };
    const full = await pageOf({ targets: [{ ...target, usedMemoryBytes: 3_072, maxMemoryBytes: 4_096, evictedKeys: 1_204 }] });
    expect(full).toContain('<dd>3.0 KiB of 4.0 KiB (75 %)<svg class="bar"');
    expect(full).toContain('<rect class="used" width="75.0" height="4"/>');
    expect(full).toContain('<dt>evicted</dt><dd>1,204 keys</dd>');
    const open = await pageOf({ targets: [{ ...target, usedMemoryBytes: 3_072 }] });
    expect(open).toContain('<dd>3.0 KiB, no limit</dd>');
    expect(open).not.toContain('class="bar"');
  });

  it('allows its own style and nothing else', async () => {
    const { body, headers } = await statusPage(EMPTY);
    const style = /<style>([\s\S]*?)<\/style>/.exec(body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['Content-Security-Policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    );
    expect(body).not.toMatch(/<script|style=|src=|\son\w+=/i);
  });

  it('has the same tags whatever others wrote', async () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onload='x",
        '</style><b>',
        '&lt;b&gt;',
        '<!--',
        ']]>',
      ),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\ud800', '\udfff<b>', '\u202e</td>', '<i>'.repeat(300_000)),
    );
    await fc.assert(
      fc.asyncProperty(arbitraryStatus(hostile), async (status) => {
        const harmless = withoutMarkup(status) as Status;
        const pages = [(await statusPage(status)).body, (await statusPage(harmless)).body];
        // Gateways stand in the order of their names, so the order of the tags may be another one.
        expect(tags(pages[0] ?? '').sort()).toEqual(tags(pages[1] ?? '').sort());
        expect(pages[0]).not.toContain('<script');
        expect(pages[0]?.length).toBeLessThan(1_000_000);
        expect(pages[0]).not.toMatch(/[^\P{Cc}\n]|\p{Cs}|\u202e/u);
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});
