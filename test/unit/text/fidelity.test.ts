import { describe, expect, it } from 'vitest';
import { statusText } from '../../../src/cli/report.ts';
import { gatewaySection } from '../../../src/http/page/gateway-section.ts';
import { FIDELITY_RESULT, FIDELITY_SHAPE } from '../../../src/model/fidelity.ts';
import type { FidelityStatus, GatewayStatus, ShapeStatus } from '../../../src/model/status.ts';
import { SHAPE_WORDS, shapeDetail, shapeResult } from '../../../src/text/fidelity.ts';
import { EMPTY } from '../../support/http.ts';

const KNOWN: ShapeStatus[] = [
  { shape: 'text', result: 'same', parts: [], at: 50_000, since: 10_000, traceId: 'a' },
  { shape: 'embeddings_batch', result: 'wrong', parts: ['/data/2/embedding', '/data/2/index'], at: 50_000, since: 20_000, traceId: 'b' },
  { shape: 'stream_usage', result: 'altered', parts: ['/usage'], accepted: true, at: 50_000, since: 20_000, traceId: 'c' },
  { shape: 'responses', result: 'refused', parts: [], failure: 'status', status: 404, at: 50_000, since: 20_000, traceId: 'd' },
  { shape: 'long', result: 'unknown', parts: [], why: 'not_tried' },
  { shape: 'json', result: 'unknown', parts: [], why: 'not_tried' },
  { shape: 'messages', result: 'unknown', parts: [], why: 'unanswered', failure: 'timeout' },
];

function gateway(fidelity: FidelityStatus): GatewayStatus {
  return { name: 'litellm', url: 'http://litellm', verdict: 'working', cause: 'none', evidence: '', pairs: [], costUsd: 0, fidelity };
}

describe('the words for what a cache does to answers', () => {
  it('tell the result, and what of it is accepted', () => {
    for (const result of FIDELITY_RESULT) {
      const { title } = shapeResult({ result });
      expect(title).not.toBe('');
      const accepted = shapeResult({ result, accepted: true });
      const isSoftened = result === 'wrong' || result === 'altered';
      expect(accepted.title).toBe(isSoftened ? `${title}, accepted` : title);
      expect(['bad', 'warn']).not.toContain(accepted.tone);
    }
    expect(new Set(Object.values(SHAPE_WORDS)).size).toBe(FIDELITY_SHAPE.length);
  });

  it('tell where an answer differs, or why nothing is known', () => {
    expect(KNOWN.map(shapeDetail)).toEqual([
      '',
      'differs at /data/2/embedding, /data/2/index',
      'differs at /usage',
      'an unexpected HTTP status (HTTP 404)',
      'not tried yet',
      'not tried yet',
      'no answer came; no answer in time',
    ]);
  });
});

describe('what a cache does to answers', () => {
  it('is a table of the page, with shape, result, parts and since when', () => {
    const text = String(gatewaySection(gateway({ shapes: KNOWN, notAsked: 'budget' }), 60_000, 'http://jaeger')).replaceAll(
      /<[^>]+>/g,
      ' ',
    );
    expect(text).toMatch(/embeddings_batch\s+embeddings, a batch of which a part is cached\s+wrong\s+1970-01-01 00:00:20/);
    expect(text).toContain('differs at /data/2/embedding, /data/2/index');
    expect(text).toContain('altered, accepted');
    expect(text).toMatch(/Answers that a hit gives back as they were: text\s/);
    expect(text).toContain('Answers not judged: long, json: not tried yet.');
    expect(text).toContain('Answers not judged: messages: no answer came; no answer in time.');
    expect(text).not.toContain('not known');
    expect(text).toContain('Shapes of answers: not asked this time');
    const { fidelity: _, ...without } = gateway({ shapes: [] });
    expect(String(gatewaySection(without, 0, undefined))).not.toContain('What a hit does');
  });

  it('is a part of the report of probe', () => {
    const text = statusText({ ...EMPTY, gateways: [gateway({ shapes: KNOWN, notAsked: 'slow' })] }, { color: false });
    expect(text).toMatch(/embeddings_batch +wrong +40 s ago\n +differs at \/data\/2\/embedding, \/data\/2\/index\n/);
    expect(text).toContain('answers not judged: long, json: not tried yet');
    expect(text).toContain('answers of other shapes: not asked again: it took over 500 ms');
  });
});
