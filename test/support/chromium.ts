import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPath } from '../../dev/on-path.ts';
import { startProcess, waitUntilReady } from '../../dev/process.ts';
import { lacks } from './lacks.ts';
import { forThisFile } from './lifetime.ts';

/** A tab of a headless browser, told what to do over the Chrome DevTools Protocol. */
export interface Tab {
  /** Errors of the console, violations of a policy and failed requests, since the last `open`. */
  readonly complaints: readonly string[];
  open(url: string): Promise<void>;
  /** Width and height in CSS pixels, and the colour scheme that the page is asked for. */
  look(width: number, height: number, scheme: 'light' | 'dark'): Promise<void>;
  /** Presses and lets go a key. */
  press(key: 'Tab' | 'Enter'): Promise<void>;
  /** The value of an expression in the page, or what it promises; it has to be JSON. */
  ask(expression: string): Promise<unknown>;
  /** The whole page as PNG. */
  picture(): Promise<Buffer>;
  /** Names and roles in the accessibility tree, in order. */
  accessible(): Promise<{ role: string; name: string; description: string }[]>;
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Starts a Chromium with an empty profile, which reaches this machine only; it ends with the test file at the latest. */
export async function startChromium(): Promise<Tab> {
  const binary = await onPath('chromium', 'chromium');
  const folder = await mkdtemp(join(tmpdir(), 'lce-chromium-'));
  const child = startProcess(binary, [...FLAGS, `--user-data-dir=${folder}`, 'about:blank'], { env: process.env, cwd: folder });
  const stop = async () => {
    await child.stop();
    await rm(folder, { recursive: true, maxRetries: 5 });
  };
  await forThisFile(Promise.resolve({ stop }));
  const port = () => /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(child.log())?.[1];
  await waitUntilReady('Chromium', child, 60_000, async () => port() !== undefined);
  const tabs: { type: string; webSocketDebuggerUrl: string }[] = JSON.parse(
    await (await fetch(`http://127.0.0.1:${port()}/json/list`)).text(),
  );
  return connectTo(tabs.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
}

async function connectTo(address: string): Promise<Tab> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map<number, (answer: { result?: Record<string, unknown>; error?: { message: string } }) => void>();
  let complaints: string[] = [];
  let loaded = () => {};
  let last = 0;
  socket.onmessage = ({ data }) => {
    const { id, method, params, ...answer } = JSON.parse(String(data));
    waiting.get(id)?.(answer);
    waiting.delete(id);
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Log.entryAdded' && params.entry.level !== 'verbose') complaints.push(`${params.entry.source}: ${params.entry.text}`);
    if (method === 'Runtime.exceptionThrown') complaints.push(`exception: ${params.exceptionDetails.text}`);
    if (method === 'Audits.issueAdded') complaints.push(`issue: ${params.issue.code} ${JSON.stringify(params.issue.details)}`);
  };

  async function send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    last += 1;
    const id = last;
    const answered = new Promise<{ result?: Record<string, unknown>; error?: { message: string } }>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    if (result === undefined) throw new Error(`${method}: ${error?.message}`);
    return result;
  }

  for (const domain of ['Page', 'Log', 'Runtime', 'Audits', 'Accessibility']) await send(`${domain}.enable`);
  return {
    get complaints() {
      return complaints;
    },
    async open(url) {
      complaints = [];
      const finished = new Promise<void>((resolve) => {
        loaded = resolve;
      });
      await send('Page.navigate', { url });
      await finished;
    },
    async look(width, height, scheme) {
      await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
      await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    },
    async press(key) {
      const code = key === 'Tab' ? 9 : 13;
      const event = { key, code: key, windowsVirtualKeyCode: code, ...(key === 'Enter' && { text: '\r' }) };
      await send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    },
    async ask(expression) {
      const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return Object(result).value;
    },
    async picture() {
      const { cssContentSize } = await send('Page.getLayoutMetrics');
      const clip = { ...Object(cssContentSize), scale: 1 };
      const { data } = await send('Page.captureScreenshot', { captureBeyondViewport: true, clip });
      return Buffer.from(String(data), 'base64');
    },
    async accessible() {
      const { nodes } = await send('Accessibility.getFullAXTree');
      const tree = Array.isArray(nodes) ? nodes : [];
      return tree
        .filter(({ ignored }) => !ignored)
        .map(({ role, name, description }) => ({
          role: role?.value ?? '',
          name: name?.value ?? '',
          description: description?.value ?? '',
        }));
    },
  };
}

/** Whether the machine lacks Chromium; see `lacks`. */
export function lacksChromium(): Promise<boolean> {
  return lacks(() => onPath('chromium', 'chromium'));
}
