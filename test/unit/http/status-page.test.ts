import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statusPage } from '../../../src/http/status-page.ts';
import type { GatewayStatus, Status, TargetStatus } from '../../../src/model/status.ts';
import { arbitraryStatus } from '../../support/arbitrary-status.ts';
import { EMPTY } from '../../support/http.ts';

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

async function pageOf(status: Partial<Status>, tracesUrl?: string): Promise<string> {
  return (await statusPage({ ...EMPTY, ...status }, tracesUrl)).body;
}

/** The names of all tags, in order. */
function tags(page: string): string[] {
  return [...page.matchAll(/<(\/?[a-z!][^\s>]*)/gi)].map((match) => match[1] ?? '');
}

describe('the status page', () => {
  it('says what is wrong with a gateway, why, and what to do', async () => {
    const page = await pageOf({ gateways: [BROKEN] });
    expect(page).toContain('<title>litellm: memory only</title>');
    expect(page).toContain('<p>1 gateway: 1 memory only.</p>');
    expect(page).toContain('<section class="bad">\n<h3>litellm <b>memory only</b> <small>since 1970-01-01 00:00:00 UTC</small></h3>');
    expect(page).toContain('<p>Cause: <strong>Redis refuses the password</strong>.</p>');
    expect(page).toContain('<p class="evidence">NOAUTH grew by 47</p>');
    expect(page).toContain('<p>Next: Compare the REDIS_* variables');
    expect(page).toContain('<td class="bad" data-label="outcome">miss, never written</td><td data-label="first">250 ms</td>');
  });

  it('is at ease with what the configuration expects', async () => {
    const page = await pageOf({ gateways: [{ ...BROKEN, verdict: 'local', cause: 'cache_local', asExpected: true }] });
    expect(page).toContain('<title>LiteLLM cache exporter</title>');
    expect(page).toContain('<section class="good">');
    expect(page).not.toContain('Next:');
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

  it('allows its own style and nothing else', async () => {
    const { body, headers } = await statusPage(EMPTY);
    const style = /<style>([\s\S]*?)<\/style>/.exec(body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['Content-Security-Policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
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
    );
    await fc.assert(
      fc.asyncProperty(arbitraryStatus(hostile), async (status) => {
        const harmless: unknown = JSON.parse(JSON.stringify(status), (_key, value) =>
          typeof value === 'string' && !/^[a-z0-9_-]+$/.test(value) ? (value === '' ? '' : 'x') : value,
        );
        const pages = [(await statusPage(status)).body, (await statusPage(harmless as Status)).body];
        expect(tags(pages[0] ?? '')).toEqual(tags(pages[1] ?? ''));
        expect(pages[0]).not.toContain('<script');
      }),
      { numRuns: 100 },
    );
  });
});
