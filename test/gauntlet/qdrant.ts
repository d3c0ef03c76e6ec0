import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/**
 * A stand-in for the vector database of LiteLLM's `qdrant-semantic` cache, which no registry of packages has as a
 * program: one collection in memory, the point that is nearest by cosine, and filters of the kind that LiteLLM sends.
 */
export interface Qdrant {
  url: string;
  stop(): Promise<void>;
}

interface Point {
  vector: readonly number[];
  payload: Readonly<Record<string, unknown>>;
}

interface Search {
  vector: readonly number[];
  filter?: { must: readonly { key: string; match: { value: string } }[] };
}

/** Starts it empty; every collection is there from the beginning, and all of them are the same one. */
export async function startQdrant(): Promise<Qdrant> {
  const points: Point[] = [];
  const answers: Readonly<Record<string, (body: unknown) => unknown>> = {
    'GET /exists': () => ({ exists: true }),
    'GET ': () => ({ status: 'green', points_count: points.length }),
    'PUT /index': () => ({ status: 'completed' }),
    'PUT /points': (body) => {
      points.push(...(body as { points: Point[] }).points);
      return { status: 'completed' };
    },
    'POST /points/search': (body) => nearest(points, body as Search),
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://qdrant').pathname.replace(/^\/collections\/[^/]+/, '');
    const answer = answers[`${request.method} ${path}`];
    void (request.method === 'GET' ? Promise.resolve() : json(request)).then((body) =>
      response
        .writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ result: answer?.(body) ?? null, status: 'ok' })),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function nearest(points: readonly Point[], { vector, filter }: Search): (Point & { score: number })[] {
  return points
    .filter(({ payload }) => (filter?.must ?? []).every(({ key, match }) => payload[key] === match.value))
    .map((point) => ({ ...point, score: cosine(point.vector, vector) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 1);
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
