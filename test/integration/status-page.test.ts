import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { VERDICT } from '../../src/model/cache.ts';
import { FIDELITY_SHAPE } from '../../src/model/fidelity.ts';
import type { Status } from '../../src/model/status.ts';
import { VERDICT_WORDS } from '../../src/text/words.ts';
import { pageTimes } from '../bench/page.ts';
import { lacksChromium, startChromium, type Tab } from '../support/chromium.ts';
import { exampleGateway, exampleStatus } from '../support/example-status.ts';
import { ask, serve } from '../support/http.ts';

/** Where the pictures go, for people to look at. */
const PICTURES = join(import.meta.dirname, '../../.stack/status-page');

/** By how much a page is wider than its window. */
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

async function urlOf(status: Status): Promise<string> {
  const { port } = await serve({ status: () => status, tracesUrl: () => 'http://127.0.0.1:16686' });
  return `http://127.0.0.1:${port}/`;
}

describe.skipIf(await lacksChromium())('the status page in Chromium', () => {
  let tab: Tab;

  beforeAll(async () => {
    await mkdir(PICTURES, { recursive: true });
    tab = await startChromium();
  });

  it.each(VERDICT)('shows %s on a desk and on a phone, light and dark, without a complaint', async (verdict) => {
    const url = await urlOf(exampleStatus([exampleGateway(verdict)]));
    for (const scheme of ['light', 'dark'] as const) {
      for (const width of [1_200, 390]) {
        await tab.look(width, 800, scheme);
        await tab.open(url);
        expect(tab.complaints).toEqual([]);
        expect(await tab.ask('document.querySelector("h3 b").innerText')).toBe(VERDICT_WORDS[verdict].title);
        expect(await tab.ask(OVERFLOW)).toBe(0);
        expect(await tab.ask('getComputedStyle(document.body).backgroundColor')).toBe(
          scheme === 'light' ? 'rgb(246, 247, 248)' : 'rgb(20, 23, 26)',
        );
        await tab.ask('for (const part of document.querySelectorAll("details")) part.open = true');
        expect(await tab.ask(OVERFLOW)).toBe(0);
        await tab.ask('for (const part of document.querySelectorAll("details")) part.open = false');
        // One picture of each width and scheme is enough to see what is ugly.
        if ((width === 390) === (scheme === 'dark'))
          await writeFile(join(PICTURES, `${verdict}-${width}-${scheme}.png`), await tab.picture());
      }
    }
  });

  it('has room for the table of shapes at any width', async () => {
    const shapes = FIDELITY_SHAPE.map((shape, index) => ({
      shape,
      result: index % 2 === 0 ? ('altered' as const) : ('same' as const),
      parts: ['/choices/0/message/reasoning_content'],
      at: 1_700_000_000_000,
      since: 1_700_000_000_000,
      traceId: '0af7651916cd43dd8448eb211c80319c',
    }));
    const url = await urlOf(exampleStatus([{ ...exampleGateway('working'), fidelity: { shapes } }]));
    for (const width of [390, 660, 900, 1_200]) {
      await tab.look(width, 800, 'light');
      await tab.open(url);
      await tab.ask('for (const part of document.querySelectorAll("details")) part.open = true');
      expect([width, await tab.ask(OVERFLOW)]).toEqual([width, 0]);
    }
  });

  it('tells a screen reader what the charts and tables show', async () => {
    await tab.look(1_200, 800, 'light');
    await tab.open(await urlOf(exampleStatus([exampleGateway('memory_only')])));
    const tree = await tab.accessible();
    const charts = tree.filter(({ role }) => role === 'image');
    expect(charts.map(({ name }) => name)).toEqual(['completions: how long the last pairs took', 'chat: how long the last pairs took']);
    expect(charts[0]?.description).toMatch(/^100 pairs: 76 hit, 19 missed, 5 missed as asked\. Median of the first/);
    expect(tree.filter(({ role }) => role === 'table').map(({ name }) => name)).toEqual(['Last pairs', 'Credentials']);
    expect(tree.filter(({ role }) => role === 'heading').map(({ name }) => name)).toContain('Gateways');
    expect(tree.filter(({ role, name }) => /^(link|image|searchbox|combobox|button)$/.test(role) && name === '')).toEqual([]);
  });

  it.each([
    ['a gateway of each verdict', () => exampleStatus(VERDICT.map((verdict) => exampleGateway(verdict, verdict.replace('_', '-'))))],
    ['no gateway', () => exampleStatus([])],
    [
      '25 gateways of which three are broken',
      () =>
        exampleStatus(
          Array.from({ length: 25 }, (_, index) => exampleGateway(index % 10 === 4 ? 'memory_only' : 'working', `gateway-${index}`)),
        ),
    ],
  ])('with %s has nothing that keeps people out: names, contrast, landmarks, order of headings', async (_, status) => {
    const url = await urlOf(status());
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    for (const scheme of ['light', 'dark'] as const)
      for (const width of [1_280, 360]) {
        await tab.look(width, 800, scheme);
        // A page that loads itself again can take the place of a reader: the first link below the headline stops it.
        await tab.open(`${url}?refresh=off`);
        await tab.ask('for (const part of document.querySelectorAll("details")) part.open = true');
        expect(await tab.ask(OVERFLOW)).toBe(0);
        await tab.ask(`${axe}; true`);
        const found = await tab.ask(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
          violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(' | ')))`);
        expect({ scheme, width, found }).toEqual({ scheme, width, found: [] });
      }
  });

  it('leads a keyboard from the top to the gateways, and narrows 500 of them down', async () => {
    const many = Array.from({ length: 499 }, (_, index) => exampleGateway('working', `gateway-${index}`));
    await tab.look(1_200, 800, 'light');
    await tab.open(await urlOf(exampleStatus([...many, exampleGateway('memory_only', 'zz-dead')])));
    expect(tab.complaints).toEqual([]);
    expect(await tab.ask('document.querySelector(".headline").innerText')).toMatch(/^zz-dead is broken: memory only/);
    expect(await tab.ask('document.querySelector("tbody a").innerText')).toBe('zz-dead');
    expect(await tab.ask('document.querySelectorAll("main > section").length')).toBeLessThanOrEqual(40);
    await writeFile(join(PICTURES, 'many-1200-light.png'), await tab.picture());
    await tab.press('Tab');
    expect(await tab.ask('document.activeElement.innerText')).toBe('Skip to the gateways');
    await tab.press('Enter');
    expect(await tab.ask('location.hash')).toBe('#main');
    await tab.press('Tab');
    expect(await tab.ask('document.activeElement.name')).toBe('gateway');
    await tab.ask('document.activeElement.value = "dead"');
    await tab.press('Enter');
    await expect.poll(() => tab.ask('location.search + document.readyState')).toBe('?gateway=dead&state=complete');
    expect(
      await tab.ask(
        '[...document.querySelectorAll("tbody a")].map((a) => a.getAttribute("href")).filter((a) => a.startsWith("/gateways/"))',
      ),
    ).toEqual(['/gateways/zz-dead']);
    expect(tab.complaints).toEqual([]);
  });

  it('runs and loads nothing that others wrote, and stays in its width', async () => {
    const texts = [
      '<script>document.title="broken in"</script>',
      '"><img src="http://127.0.0.1:1/x" onerror="document.title=1">',
      '</style><style>*{display:none}</style>',
      'x'.repeat(1_000_000),
      '\u202e\u0000\u001b[2J\ud800\uffff',
    ];
    const gateways = texts.map((text, index) => {
      const plain = exampleGateway('memory_only', `g${index}`);
      const history = plain.history && {
        ...plain.history,
        failures: plain.history.failures.map((failure) => ({ ...failure, evidence: text, traceId: text })),
        changes: plain.history.changes.map((change) => ({ ...change, evidence: text })),
      };
      return {
        ...plain,
        url: text,
        version: text,
        evidence: text,
        pairs: plain.pairs.map((pair) => ({ ...pair, evidence: text })),
        ...(history && { history }),
      };
    });
    const status = exampleStatus(gateways);
    status.targets = status.targets.flatMap((target) =>
      texts.map((text) => ({ ...target, address: text, detail: text, version: text, role: text })),
    );
    await tab.look(390, 800, 'light');
    await tab.open(await urlOf(status));
    await tab.ask('for (const part of document.querySelectorAll("details")) part.open = true');
    expect(tab.complaints).toEqual([]);
    expect(await tab.ask('document.title')).toContain('g0: memory only');
    expect(await tab.ask('document.querySelectorAll("script, img, section style").length')).toBe(0);
    expect(await tab.ask('document.querySelectorAll("main > section").length')).toBe(2 * texts.length);
    expect(await tab.ask(OVERFLOW)).toBe(0);
  });
});

describe('the status page of many gateways', () => {
  it('is answered in a few milliseconds', async () => {
    const { p50 } = await pageTimes(50, 50);
    // The budget is 5 ms; other programs of the tests may take turns with this one.
    expect(p50).toBeLessThan(25);
  });

  it('has the same as JSON', async () => {
    const status = exampleStatus([exampleGateway('memory_only')]);
    const { port } = await serve({ status: () => status });
    expect(JSON.parse((await ask(port, '/api/v1/status')).body)).toEqual(status);
  });
});
