import { runbook } from '../page/runbook.ts';
import { gatewayPage, statusPage } from '../page/status-page.ts';
import type { Handlers, MetricsPage, OwnerAsked } from './handlers.ts';
import type { Request } from './request.ts';
import { plain, type Response } from './response.ts';

/** One thing that can be asked for. `path` is exact, or a prefix where it ends in `/` and is not the root. */
export interface Endpoint {
  method: 'GET' | 'POST';
  path: string;
  respond(asked: Request): Response | Promise<Response>;
}

/** What a health check asks, for a listener without login: it names nothing that is watched. */
export function healthEndpoints(handlers: Handlers): readonly Endpoint[] {
  return [
    { method: 'GET', path: '/-/healthy', respond: () => healthy(handlers) },
    { method: 'GET', path: '/-/ready', respond: () => (handlers.missing().length === 0 ? ready([]) : plain(503, 'Not ready.')) },
  ];
}

/** Every endpoint of the daemon. With `lifecycle`, a reload may be asked for from anywhere. */
export function endpoints(handlers: Handlers, lifecycle: boolean): readonly Endpoint[] {
  return [
    { method: 'GET', path: '/metrics', respond: (asked) => metrics(handlers, asked) },
    { method: 'GET', path: '/probe', respond: (asked) => probe(handlers, asked) },
    { method: 'GET', path: '/-/healthy', respond: () => healthy(handlers) },
    { method: 'GET', path: '/-/ready', respond: () => ready(handlers.missing()) },
    {
      method: 'POST',
      path: '/-/reload',
      respond: async ({ local }) =>
        lifecycle || local
          ? reloaded(await handlers.reload())
          : plain(403, 'A reload is allowed from this machine only; set http.enable_lifecycle to allow it from others.'),
    },
    { method: 'GET', path: '/', respond: ({ query }) => statusPage(handlers.status(), handlers.tracesUrl(), query) },
    {
      method: 'GET',
      path: '/gateways/',
      respond: ({ path, query }) => gatewayPage(handlers.status(), path.slice('/gateways/'.length), handlers.tracesUrl(), query),
    },
    { method: 'GET', path: '/runbooks/', respond: ({ path }) => runbook(path.slice('/runbooks/'.length)) },
    {
      method: 'GET',
      path: '/api/v1/status',
      respond: () => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(handlers.status())}\n` }),
    },
    { method: 'GET', path: '/debug/gateways/', respond: ({ path }) => debug(handlers, path.slice('/debug/gateways/'.length)) },
  ];
}

/** The answer to a request: that of its endpoint, 404 for an unknown path, 405 with `Allow` for another method. HEAD counts as GET. */
export function respondTo(table: readonly Endpoint[], asked: Request): Response | Promise<Response> {
  const endpoint = table.find(({ path }) => asked.path === path || (path !== '/' && path.endsWith('/') && asked.path.startsWith(path)));
  if (endpoint === undefined) {
    return plain(404, 'Nothing is here; / lists what there is.');
  }
  const method = asked.method === 'HEAD' ? 'GET' : asked.method;
  if (method !== endpoint.method) {
    const allow = endpoint.method === 'GET' ? 'GET, HEAD' : endpoint.method;
    return plain(405, `Use ${allow} here.`, { Allow: allow });
  }
  return endpoint.respond(asked);
}

/** The whole page, or the part of the one owner that the query names. */
async function metrics(handlers: Handlers, { accept, query }: Request): Promise<Response> {
  const [owner, another] = [
    ...query.getAll('gateway').map((name) => ({ kind: 'gateway', name }) as const),
    ...query.getAll('redis_target').map((name) => ({ kind: 'target', name }) as const),
  ];
  if (another !== undefined) return plain(400, 'Ask for one at a time: /metrics?gateway=NAME or /metrics?redis_target=NAME.');
  return owner === undefined ? page(await handlers.metrics(accept)) : part(handlers, accept, owner);
}

/** The part of a gateway, and whether its cache works. */
async function probe(handlers: Handlers, { accept, query }: Request): Promise<Response> {
  const [name, another] = [...query.getAll('gateway'), ...query.getAll('target')];
  if (name === undefined || another !== undefined) return plain(400, 'Name one gateway: /probe?gateway=NAME or /probe?target=NAME.');
  return part(handlers, accept, { kind: 'gateway', name, judged: true });
}

async function part(handlers: Handlers, accept: string | undefined, owner: OwnerAsked): Promise<Response> {
  const found = await handlers.metricsOf(accept, owner);
  const what = owner.kind === 'target' ? 'Redis target' : 'gateway';
  return found === undefined ? plain(404, `No such ${what}; / lists those that are watched.`) : page(found);
}

function page({ contentType, ...body }: MetricsPage): Response {
  return { status: 200, headers: { 'Content-Type': contentType }, body };
}

function reloaded(problems: readonly string[]): Response {
  return problems.length === 0 ? plain(200, 'The configuration was loaded again.') : plain(400, problems.join('\n'));
}

function debug(handlers: Handlers, encoded: string): Response {
  const names = handlers.status().gateways.map(({ name }) => name);
  const name = names.find((known) => encodeURIComponent(known) === encoded || known === encoded);
  const text = name === undefined ? undefined : handlers.debug(name);
  return text === undefined ? plain(404, `No such gateway. Known: ${names.join(', ') || 'none'}.`) : plain(200, text.replace(/\n$/, ''));
}

function healthy(handlers: Handlers): Response {
  return handlers.healthy() ? plain(200, 'Healthy.') : plain(503, 'Not healthy: the scheduler is stuck.');
}

function ready(missing: readonly string[]): Response {
  return missing.length === 0 ? plain(200, 'Ready.') : plain(503, `Not ready: ${missing.join('; ')}.`);
}
