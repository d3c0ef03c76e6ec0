import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An alert as Alertmanager tells it to a webhook, as far as it is read here. */
export interface ToldAlert {
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** What Alertmanager posted at one time for one group of alerts. */
export interface Notification {
  /** When it had arrived, by the monotonic clock, in milliseconds. */
  at: number;
  receiver: string;
  status: 'firing' | 'resolved';
  alerts: ToldAlert[];
}

/** A webhook that keeps what Alertmanager tells it. */
export interface PageReceiver {
  url: string;
  port: number;
  /** Without it in `Authorization: Bearer`, a notification is answered 401 and not kept. */
  token: string;
  /** Everything that has arrived, in order. */
  received: readonly Notification[];
  stop(): Promise<void>;
}

/** Starts a webhook for Alertmanager on a free port of the loopback interface. */
export async function startPageReceiver(): Promise<PageReceiver> {
  const token = randomBytes(16).toString('hex');
  const received: Notification[] = [];
  const server = createServer(async (request, answer) => {
    const body = await textOf(request);
    const at = performance.now();
    const isAllowed = request.headers.authorization === `Bearer ${token}`;
    if (isAllowed) received.push({ at, ...notification(body) });
    answer.writeHead(isAllowed ? 200 : 401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    token,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The alerts of a kind that have arrived at some of the receivers, in order. */
export function told(
  { received }: PageReceiver,
  receivers: readonly string[],
  status: 'firing' | 'resolved' = 'firing',
): (ToldAlert & { at: number; receiver: string })[] {
  return received
    .filter(({ receiver }) => receivers.includes(receiver))
    .flatMap(({ at, receiver, alerts }) => alerts.map((alert) => ({ ...alert, at, receiver })))
    .filter((alert) => alert.status === status);
}

async function textOf(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8');
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

function notification(body: string): Omit<Notification, 'at'> {
  const { receiver, status, alerts }: Omit<Notification, 'at'> = JSON.parse(body);
  return { receiver, status, alerts };
}
