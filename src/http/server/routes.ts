import { runbook } from '../page/runbook.ts';
import { gatewayPage, statusPage } from '../page/status-page.ts';
import type { Pages } from './handlers.ts';
import type { Asked } from './request.ts';
import { type Answer, plain } from './response.ts';

/** One thing that can be asked for. `path` is exact, or a prefix where it ends in `/` and is not the root. */
export interface Endpoint {
  method: 'GET' | 'POST';
  path: string;
  answer(asked: Asked): Answer | Promise<Answer>;
}

/** What a health check asks, for a listener without login: it names nothing that is watched. */
export function healthEndpoints(pages: Pages): readonly Endpoint[] {
  return [
    { method: 'GET', path: '/-/healthy', answer: () => healthy(pages) },
    { method: 'GET', path: '/-/ready', answer: () => (pages.missing().length === 0 ? ready([]) : plain(503, 'Not ready.')) },
  ];
}

/** Every endpoint of the daemon. With `lifecycle`, a reload may be asked for from anywhere. */
export function endpoints(pages: Pages, lifecycle: boolean): readonly Endpoint[] {
  return [
    { method: 'GET', path: '/metrics', answer: async ({ accept }) => metrics(await pages.metrics(accept)) },
    { method: 'GET', path: '/-/healthy', answer: () => healthy(pages) },
    { method: 'GET', path: '/-/ready', answer: () => ready(pages.missing()) },
    {
      method: 'POST',
      path: '/-/reload',
      answer: async ({ local }) =>
        lifecycle || local
          ? reloaded(await pages.reload())
          : plain(403, 'A reload is allowed from this machine only; set http.enable_lifecycle to allow it from others.'),
    },
    { method: 'GET', path: '/', answer: ({ query }) => statusPage(pages.status(), pages.tracesUrl(), query) },
    {
      method: 'GET',
      path: '/gateways/',
      answer: ({ path, query }) => gatewayPage(pages.status(), path.slice('/gateways/'.length), pages.tracesUrl(), query),
    },
    { method: 'GET', path: '/runbooks/', answer: ({ path }) => runbook(path.slice('/runbooks/'.length)) },
    {
      method: 'GET',
      path: '/api/v1/status',
      answer: () => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(pages.status())}\n` }),
    },
    { method: 'GET', path: '/debug/gateways/', answer: ({ path }) => debug(pages, path.slice('/debug/gateways/'.length)) },
  ];
}

/** The answer to a request: that of its endpoint, 404 for an unknown path, 405 with `Allow` for another method. HEAD counts as GET. */
export function answerTo(table: readonly Endpoint[], asked: Asked): Answer | Promise<Answer> {
  const endpoint = table.find(({ path }) => asked.path === path || (path !== '/' && path.endsWith('/') && asked.path.startsWith(path)));
  if (endpoint === undefined) {
    return plain(404, 'Nothing is here; / lists what there is.');
  }
  const method = asked.method === 'HEAD' ? 'GET' : asked.method;
  if (method !== endpoint.method) {
    const allow = endpoint.method === 'GET' ? 'GET, HEAD' : endpoint.method;
    return plain(405, `Use ${allow} here.`, { Allow: allow });
  }
  return endpoint.answer(asked);
}

function metrics({ contentType, body }: { contentType: string; body: string }): Answer {
  return { status: 200, headers: { 'Content-Type': contentType }, body };
}

function reloaded(problems: readonly string[]): Answer {
  return problems.length === 0 ? plain(200, 'The configuration was loaded again.') : plain(400, problems.join('\n'));
}

function debug(pages: Pages, encoded: string): Answer {
  const names = pages.status().gateways.map(({ name }) => name);
  const name = names.find((known) => encodeURIComponent(known) === encoded || known === encoded);
  const text = name === undefined ? undefined : pages.debug(name);
  return text === undefined ? plain(404, `No such gateway. Known: ${names.join(', ') || 'none'}.`) : plain(200, text.replace(/\n$/, ''));
}

function healthy(pages: Pages): Answer {
  return pages.healthy() ? plain(200, 'Healthy.') : plain(503, 'Not healthy: the scheduler has stopped turning.');
}

function ready(missing: readonly string[]): Answer {
  return missing.length === 0 ? plain(200, 'Ready.') : plain(503, `Not ready: ${missing.join('; ')}.`);
}
