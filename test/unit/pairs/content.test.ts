import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CacheMarkers } from '../../../src/litellm/cache-markers.ts';
import { parseJson } from '../../../src/litellm/json.ts';
import { CACHE_MARK, ROUTE, type Route } from '../../../src/model/cache.ts';
import { answerOf } from '../../../src/origin/answer.ts';
import { readAsked } from '../../../src/origin/asked.ts';
import { differences } from '../../../src/origin/compare.ts';
import { newNonce, ownerOf } from '../../../src/origin/probe-nonce.ts';
import { newStamp, type OriginKeys, type Stamp } from '../../../src/origin/stamp.ts';
import { eventsOf, prescribedBody } from '../../../src/origin/wire/index.ts';
import { type ContentContext, contentOf, type Reading, readContent } from '../../../src/pairs/content.ts';
import { PROBERS } from '../../../src/pairs/index.ts';
import type { PairMarks } from '../../../src/pairs/prober.ts';

const KEYS: OriginKeys = ['the key of the origin'];
const FORGED: OriginKeys = ['another key'];
const HEADERS: CacheMarkers = { apiBase: false, timed: false, fromProvider: false, cacheKey: 'a'.repeat(64) };
const NO_HEADERS: CacheMarkers = { apiBase: false, timed: false, fromProvider: false };

/** A pair of a route before the origin. */
function pairOf(route: Route) {
  const prober = PROBERS[route];
  const nonce = newNonce('11111111', KEYS);
  const request = prober.body('cache-probe', nonce, undefined);
  const asked = readAsked(prober.api, request);
  if ('problem' in asked) throw new Error(asked.problem);
  const context: ContentContext = { prober, nonce, request, instance: '11111111', keys: KEYS };
  /** What a gateway gives as it comes from the origin. */
  const answer = (stamp: Stamp, keys = KEYS): string => {
    const given = { ...asked, nonce: stamp.nonce, ...(asked.inputs && { inputs: [stamp.nonce] }) };
    return prober.api !== 'embeddings' && given.stream
      ? eventsOf(prober.api, answerOf(stamp, given, keys), given).join('')
      : JSON.stringify(prescribedBody(prober.api, stamp, given, keys));
  };
  const read = (first: string, duplicate: string | undefined, marks: PairMarks): Reading =>
    readContent(marks, contentOf(first, context), duplicate === undefined ? undefined : contentOf(duplicate, context), context);
  const marksOf = (duplicate: CacheMarkers): PairMarks =>
    prober.cache({ ...NO_HEADERS, id: 'a', fromProvider: true }, { id: 'b', ...duplicate });
  return { prober, nonce, context, answer, read, marksOf };
}

const arbitraryMarks: fc.Arbitrary<PairMarks> = fc.record({
  first: fc.constantFrom(...CACHE_MARK),
  duplicate: fc.constantFrom(...CACHE_MARK),
  labelled: fc.boolean(),
});

describe.each(ROUTE)('the content of a pair of %s', (route) => {
  it('is a hit where a number is given twice, whatever the marks say, also without any header', () => {
    const { nonce, answer, read, marksOf } = pairOf(route);
    const first = answer(newStamp(nonce));
    for (const headers of [HEADERS, NO_HEADERS]) {
      expect(read(first, first, marksOf(headers))).toEqual({ first: 'miss', duplicate: 'hit', labelled: marksOf(headers).labelled });
    }
    fc.assert(
      fc.property(arbitraryMarks, (marks) => {
        expect(read(first, first, marks)).toMatchObject({ first: 'miss', duplicate: 'hit' });
      }),
    );
  });

  it('is a miss where the numbers differ, whatever the marks say', () => {
    const { nonce, answer, read } = pairOf(route);
    fc.assert(
      fc.property(arbitraryMarks, (marks) => {
        const reading = read(answer(newStamp(nonce)), answer(newStamp(nonce)), marks);
        expect(reading).toEqual({ first: 'miss', duplicate: 'miss', labelled: marks.labelled });
      }),
    );
  });

  it('is the answer to another prompt where the nonce is another one, and says whose', () => {
    const { nonce, answer, read, marksOf } = pairOf(route);
    const genuine = answer(newStamp(nonce));
    const others = { own: newNonce('11111111', KEYS), other_exporter: newNonce('22222222', KEYS), unknown: newNonce('11111111') } as const;
    for (const [owner, other] of Object.entries(others)) {
      const replayed = answer(newStamp(other));
      expect(read(replayed, undefined, marksOf(NO_HEADERS))).toMatchObject({ first: 'hit', other: { request: 'first', owner } });
      expect(read(genuine, replayed, marksOf(HEADERS))).toMatchObject({ duplicate: 'miss', other: { request: 'duplicate', owner } });
    }
  });

  it('is a miss and not the answer to another prompt where the origin was asked anew with a prompt that was rewritten', () => {
    const { answer, read, marksOf } = pairOf(route);
    const rewritten = newNonce('11111111');
    const anew = read(answer(newStamp(rewritten)), answer(newStamp(rewritten)), marksOf(NO_HEADERS));
    expect(anew).toMatchObject({ first: 'miss', duplicate: 'miss', doubt: 'prompt_rewritten' });
    expect(anew.other).toBeUndefined();
    // The same answer twice, or two prompts, may be those of a cache; so may one whose prompt is known to be a probe.
    const stamp = newStamp(rewritten);
    const known = newNonce('22222222', KEYS);
    for (const [one, two] of [
      [stamp, stamp],
      [stamp, newStamp(newNonce('11111111'))],
      [newStamp(known), newStamp(known)],
    ] as const) {
      expect(read(answer(one), answer(two), marksOf(NO_HEADERS))).toMatchObject({ first: 'hit', other: { request: 'first' } });
    }
  });

  it('is no hit where the duplicate is forged without the key, cut, or not of the origin', () => {
    const { nonce, answer, read } = pairOf(route);
    const stamp = newStamp(nonce);
    const first = answer(stamp);
    fc.assert(
      fc.property(arbitraryMarks, fc.nat(first.length - 1), (marks, at) => {
        for (const duplicate of [answer(stamp, FORGED), answer(newStamp(nonce), FORGED)]) {
          expect(read(first, duplicate, marks)).toMatchObject({ duplicate: 'unknown', doubt: 'duplicate_not_signed' });
        }
        expect(isPlainHit(read(first, '{"choices":[]}', marks))).toBe(false);
        const cut = read(first, first.slice(0, at), marks);
        // The end of a stream, after the last event, is nothing that a program acts on.
        if (isPlainHit(cut)) expect(acting(route, first, first.slice(0, at))).toEqual([]);
      }),
    );
  });

  it('is no hit where the duplicate is changed in any place that a program acts on', () => {
    const { prober, nonce, answer, read, context } = pairOf(route);
    const first = answer(newStamp(nonce));
    const other = answer(newStamp(nonce));
    const body: unknown = contentOf(first, context).body;
    const asStream = (changed: unknown) => (prober.results === undefined ? streamOf(changed) : JSON.stringify(changed));
    const places = pathsOf(body);
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.constantFrom('drop', 'null', 'text', 'number', 'double', 'swap'),
        arbitraryMarks,
        (path, how, marks) => {
          const duplicate = asStream(changedAt(body, contentOf(other, context).body, path, how));
          const reading = read(first, duplicate, marks);
          if (reading.duplicate !== 'hit') return;
          const differ = acting(route, first, duplicate).length > 0;
          expect(reading.differs !== undefined, `${path.join('/')} ${how}`).toBe(differ);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('leaves a pair whose first answer is not of the origin to its marks, and says so', () => {
    const { nonce, answer, read } = pairOf(route);
    const mock = '{"id":"x","choices":[{"index":0,"message":{"content":"ok"},"text":"ok"}],"data":[{"embedding":[0.1,0.2]}]}';
    const foreign = answer(newStamp(nonce), FORGED);
    fc.assert(
      fc.property(arbitraryMarks, (marks) => {
        expect(read(mock, mock, marks)).toEqual({ ...marks, doubt: 'first_not_ours' });
        expect(read(foreign, foreign, marks)).toEqual({ ...marks, doubt: 'first_not_signed', needsKey: true });
      }),
    );
  });

  it('reads whatever a gateway sends without an error', () => {
    const { context } = pairOf(route);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => `data: ${text}\n\n`),
        ),
        (text) => {
          expect(contentOf(text, context).witness.kind).toBe('none');
        },
      ),
    );
  });
});

describe('a nonce', () => {
  it('is 32 digits that no other one has, with a key and without', () => {
    const nonces = Array.from({ length: 200 }, (_, index) => newNonce('i', index % 2 === 0 ? KEYS : undefined));
    expect(new Set(nonces).size).toBe(200);
    for (const nonce of nonces) expect(nonce).toMatch(/^[0-9a-f]{32}$/);
  });

  it('tells owners of the key whose it is, after a change of the key as well, and others nothing', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (one, other, key) => {
        const nonce = newNonce(one, [key]);
        expect(ownerOf(nonce, one, ['next', key])).toBe('own');
        if (one !== other) expect(ownerOf(nonce, other, [key])).toBe('other_exporter');
        expect(ownerOf(nonce, one, [`${key}.`])).toBe('unknown');
      }),
    );
    for (const nonce of ['', 'zz', 'A'.repeat(32), '0'.repeat(31)]) expect(ownerOf(nonce, 'i', KEYS)).toBe('unknown');
  });
});

/** A hit by its content in which nothing is wrong. */
function isPlainHit({ duplicate, differs, needsKey }: Reading): boolean {
  return duplicate === 'hit' && differs === undefined && needsKey !== true;
}

/** What programs act on and is not in the second answer as in the first. */
function acting(route: Route, first: string, duplicate: string): string[] {
  const { context, prober } = pairOf(route);
  const [one, two] = [first, duplicate].map((text) => contentOf(text, context).body);
  return differences(prober.api, one, two)
    .filter(({ acts }) => acts)
    .map(({ pointer }) => pointer);
}

/** A chat completion as a stream of one chunk for each choice. */
function streamOf(body: unknown): string {
  const choices = isRecord(body) && Array.isArray(body.choices) ? body.choices : [];
  const chunks = choices.map((choice: unknown) =>
    isRecord(choice) ? { id: 'x', choices: [{ index: choice.index, delta: choice.message, finish_reason: choice.finish_reason }] } : {},
  );
  return [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join('');
}

type Path = readonly string[];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The ways to all values in a value. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  return isRecord(value) ? Object.keys(value).flatMap((key) => [[...path, key], ...pathsOf(value[key], [...path, key])]) : [];
}

/** A copy with the value at a path changed, `swap` to what another answer has there. */
function changedAt(body: unknown, other: unknown, path: Path, how: string): unknown {
  const copy: unknown = parseJson(JSON.stringify(body));
  const inner = (from: unknown) => path.slice(0, -1).reduce<unknown>((here, key) => (isRecord(here) ? here[key] : undefined), from);
  const [holder, key = ''] = [inner(copy), path.at(-1)];
  if (!isRecord(holder)) return copy;
  const known = holder[key];
  if (how === 'drop') Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key];
  else if (how === 'double' && Array.isArray(holder)) holder.splice(Number(key), 0, known);
  else if (how === 'swap') {
    const there = inner(other);
    holder[key] = isRecord(there) ? there[key] : null;
  } else holder[key] = { null: null, text: `${known} `, number: Number(known) + 1 }[how] ?? null;
  return copy;
}
