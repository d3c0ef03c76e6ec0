import type { GatewayConfig } from '../../config/effective.ts';
import { loadConfig, type Sources } from '../../config/load.ts';
import { stepsOf } from '../../explain/input/record.ts';
import { collect } from '../../explain/many/collect.ts';
import { explainMany } from '../../explain/many/runner.ts';
import { explainPair } from '../../explain/pair.ts';
import type { AskedRoute, UserRequest } from '../../explain/request.ts';
import { createMask } from '../../masking/mask.ts';
import { secretsOfEnvironment, secretsOfFile } from '../../source/known-secrets.ts';
import { Secret } from '../../source/secret.ts';
import { EXIT, type Io } from '../io.ts';
import { wrap } from '../layout.ts';
import { gatewayNamed, isFree, priceSentence } from '../one-gateway.ts';
import { reportProblems } from '../problems.ts';
import { aboutOf, stoppedLines } from './about.ts';
import { linesIn, readable, reasonOf, requestIn } from './input.ts';
import { manyReport } from './many-report.ts';
import { pairReport } from './pair-report.ts';
import { progressOn } from './progress.ts';
import { openSession, type Session } from './session.ts';

/** What `explain` was asked for. */
export interface ExplainOptions {
  readonly files: readonly string[];
  readonly gateway: string | undefined;
  readonly curl: boolean;
  readonly body: string | undefined;
  readonly route: AskedRoute | undefined;
  readonly rate: number;
  readonly spend: number | undefined;
  readonly most: number;
  readonly format: 'text' | 'json';
}

const MAX_CHARACTERS = 64 * 1024 * 1024;

/**
 * Says whether two requests share a cache entry on a gateway and what keeps them apart, or what splits the requests of a file. Returns 0 where they
 * have one key, 1 where they have not, 2 where the gateway cannot be asked, or the input or the configuration cannot be used.
 */
export async function explain(sources: Sources, options: ExplainOptions, version: string, io: Io): Promise<number> {
  const loaded = await loadConfig(sources);
  if (!loaded.ok) return reportProblems(loaded.problems, sources, io);
  const { config, notes = [] } = loaded;
  for (const note of notes) io.err(`${note}\n`);
  const mask = createMask([...Secret.seen(), ...secretsOfFile(sources.file), ...secretsOfEnvironment(io.env)]);
  const refuse = (sentence: string): number => {
    io.err(`${mask.text(sentence)}\n`);
    return EXIT.usage;
  };

  const named = gatewayNamed(config.gateways, options.gateway);
  if (typeof named === 'string') return refuse(named);
  const gateway: GatewayConfig = named;
  if (!isFree(gateway) && options.spend === undefined) return refuse(priceSentence(gateway));
  const body = options.body === undefined ? undefined : stepsOf(options.body);
  if (options.body !== undefined && body === undefined)
    return refuse(`--body ${options.body} is no path: write it as request.body or items[0].body`);
  const reading = { route: options.route, body };

  const [one, two] = options.files;
  if (one === undefined || options.files.length > 2)
    return refuse('explain takes two files with a request each, or one JSONL file with many');
  if (one === '-' && two === '-') return refuse('both requests cannot come from standard input: give one of them as a file');
  if (two === undefined && options.curl) return refuse('--curl needs two files with a curl command each');

  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) io.on(signal, () => stopped.abort(new DOMException('interrupted', 'AbortError')));
  const progress = progressOn(io);
  const open = async (route: AskedRoute | undefined): Promise<Session> => {
    for (const line of wrap(beforehand(gateway, options), '')) io.err(`${mask.text(line)}\n`);
    progress.show(`probing ${gateway.name}`);
    const session = await openSession(
      { config, gateway, route, rate: options.rate, spend: isFree(gateway) ? undefined : options.spend, version },
      io,
      stopped.signal,
    );
    progress.hide();
    return session;
  };

  const run = two === undefined ? many(one) : pair(one, two);
  return run.then(undefined, (error: unknown) => {
    progress.hide();
    if (!stopped.signal.aborted) throw error;
    return refuse('interrupted: nothing is known');
  });

  async function pair(first: string, second: string): Promise<number> {
    const requests: UserRequest[] = [];
    for (const file of [first, second]) {
      const read = await requestIn(file, reading, options.curl);
      if ('problem' in read) return refuse(read.problem);
      requests.push(read);
    }
    const [a, b] = requests;
    if (a === undefined || b === undefined) return EXIT.usage;
    return within(await open(a.route), async (session) => {
      const found = await explainPair(a, b, session.asker, stopped.signal, (parts) => {
        progress.count(() => `${parts} differences, ${session.asker.sent} requests sent`);
      });
      progress.hide();
      const about = aboutOf(gateway, session);
      const { text, code } = pairReport(found, about, options.format, mask.text);
      (code === EXIT.usage ? io.err : io.out)(text);
      return code;
    });
  }

  async function many(file: string): Promise<number> {
    const problem = await readable(file);
    if (problem !== undefined) return refuse(`${file} ${problem}`);
    const bounds = { entries: options.most, characters: MAX_CHARACTERS };
    progress.show('reading');
    const collected = await collect(linesIn(file), reading, bounds, (lines) => progress.show(`reading, ${lines} lines`)).then(
      undefined,
      (error: unknown) => {
        if (error instanceof Error && 'syscall' in error) return reasonOf(error);
        throw error;
      },
    );
    progress.hide();
    if (typeof collected === 'string') return refuse(`${file} ${collected}`);
    const [first] = collected.entries;
    if (first === undefined) {
      const [bad] = collected.badLines;
      const why = bad === undefined ? 'it is empty' : `line ${bad.number}: ${bad.problem}`;
      return refuse(
        `no line of ${file === '-' ? 'standard input' : file} is a request (${why}); give JSONL, one request a line, or two files with a request each`,
      );
    }
    return within(await open(first.request.route), async (session) => {
      const found = await explainMany(collected, session.asker, stopped.signal, (done, of) => {
        progress.show(`asked for ${done} of ${of} keys`);
      });
      progress.hide();
      const about = aboutOf(gateway, session);
      const { text, code } = manyReport(collected, found, about, options.format, mask.text);
      (code === EXIT.usage ? io.err : io.out)(text);
      return code;
    });
  }

  async function within(session: Session, run: (session: Session) => Promise<number>): Promise<number> {
    try {
      const { status } = session;
      if (status.verdict !== 'working')
        for (const text of stoppedLines(status, session.caches)) for (const line of wrap(mask.text(text), '')) io.err(`${line}\n`);
      return session.caches ? await run(session) : EXIT.usage;
    } finally {
      await session.close();
    }
  }
}

/** What a person has to know before anything is sent. */
function beforehand({ name, url, model }: GatewayConfig, { rate, files }: ExplainOptions): string {
  const what = files.length > 1 ? 'Both requests and variants of them are' : 'The requests and variants of them are';
  return `${what} sent to ${name} (${url}) with its probe model ${model}, at most ${rate} a second, in cache namespaces of their own, with entries of 60 s. The gateway's callbacks and spend logs will see these bodies.`;
}
