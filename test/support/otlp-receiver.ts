import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forThisFile } from './lifetime.ts';

export type Value = string | number | boolean | string[];

/** A span as it arrived; `attributes` and those of its events are plain. */
interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  attributes: Record<string, Value>;
  events: { name: string; attributes: Record<string, Value> }[];
  status: { code?: number; message?: string };
  resource: Record<string, Value>;
}

interface Attribute {
  key: string;
  value: {
    stringValue?: string;
    intValue?: number;
    doubleValue?: number;
    boolValue?: boolean;
    arrayValue?: { values: Attribute['value'][] };
  };
}

/** The fields of OTLP/JSON (opentelemetry-proto, trace and metrics) that tests look at. */
interface Received {
  resourceSpans?: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: (Omit<ReceivedSpan, 'attributes' | 'events' | 'resource'> & {
        attributes: Attribute[];
        events: { name: string; attributes: Attribute[] }[];
      })[];
    }[];
  }[];
  resourceMetrics?: { resource: { attributes: Attribute[] }; scopeMetrics: { metrics: ReceivedMetric[] }[] }[];
}

interface NumberPoint {
  attributes: Attribute[];
  asDouble?: number;
  asInt?: number;
}

/** A metric as it arrived. */
export interface ReceivedMetric {
  name: string;
  unit: string;
  description: string;
  gauge?: { dataPoints: NumberPoint[] };
  sum?: { dataPoints: NumberPoint[]; isMonotonic: boolean };
  histogram?: { dataPoints: { attributes: Attribute[]; count: number; sum: number; bucketCounts: number[]; explicitBounds: number[] }[] };
}

/** An OTLP/HTTP receiver for JSON that keeps what it gets. */
export interface OtlpReceiver {
  url: string;
  spans(): ReceivedSpan[];
  /** The metrics of the last push. */
  metrics(): ReceivedMetric[];
  /** Everything that arrived, as text: to look for what must not be there. */
  text(): string;
  stop(): Promise<void>;
}

export interface ReceiverOptions {
  /** Takes requests and never answers. */
  silent?: boolean;
  /** The status of every answer. */
  status?: number;
  port?: number;
}

/** Starts a receiver on 127.0.0.1, on a free port unless one is given. */
export function startOtlpReceiver(options: ReceiverOptions = {}): Promise<OtlpReceiver> {
  return forThisFile(start(options));
}

async function start({ silent = false, status = 200, port = 0 }: ReceiverOptions): Promise<OtlpReceiver> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks).toString());
    if (!silent) response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const received = (): Received[] => bodies.map((body) => JSON.parse(body));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () =>
      received().flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ resource, scopeSpans }) =>
          scopeSpans.flatMap(({ spans }) =>
            spans.map((span) => ({
              ...span,
              attributes: plain(span.attributes),
              events: span.events.map((event) => ({ ...event, attributes: plain(event.attributes) })),
              resource: plain(resource.attributes),
            })),
          ),
        ),
      ),
    metrics: () => {
      const pushes = received().filter(({ resourceMetrics }) => resourceMetrics !== undefined);
      return (pushes.at(-1)?.resourceMetrics ?? []).flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
    },
    text: () => bodies.join('\n'),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Attributes of OTLP as an object. */
export function plain(attributes: readonly Attribute[]): Record<string, Value> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: Attribute['value']): Value {
  return (
    value.stringValue ??
    value.intValue ??
    value.doubleValue ??
    value.boolValue ??
    (value.arrayValue?.values ?? []).map((one) => String(plainValue(one)))
  );
}
