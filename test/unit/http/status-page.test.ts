import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statusPage } from '../../../src/http/status-page.ts';
import type { GatewayStatus, Status } from '../../../src/model/status.ts';
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

  it('shows which replica read what which wrote', async () => {
    const replicas = [{ from: '10.0.0.1:4000', to: '10.0.0.2:4000', outcome: 'miss_key_present' as const, at: 40_000 }];
    expect(await pageOf({ gateways: [{ ...BROKEN, replicas }] })).toContain(
      '<td data-label="written by">10.0.0.1:4000</td><td data-label="read by">10.0.0.2:4000</td><td class="bad" data-label="outcome">',
    );
    expect(await pageOf({ gateways: [{ ...BROKEN, replicas: [] }] })).not.toContain('written by');
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
