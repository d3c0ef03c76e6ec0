import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { requestIn } from '../../../src/cli/explain/input.ts';

const dir = await mkdtemp(join(tmpdir(), 'lce-input-'));
afterAll(() => rm(dir, { recursive: true }));

const BODY = '{"model":"m","messages":[{"role":"user","content":"é"}]}';
const CURL = `curl http://gw/v1/chat/completions -d '${BODY}'`;

describe('a file with one request', () => {
  it.each([
    ['a body that is no UTF-8', Buffer.from(BODY, 'latin1'), false, /is no UTF-8 text/],
    ['a curl command that is no UTF-8', Buffer.from(CURL, 'latin1'), true, /is no UTF-8 text/],
    ['a body that is cut within a character', Buffer.from(BODY).subarray(0, BODY.indexOf('é') + 1), false, /is no UTF-8 text/],
    ['nothing but a mark of the order of bytes', Buffer.from('\uFEFF'), false, /is empty/],
    ['a curl command without --curl', Buffer.from(`  $ ${CURL}`), false, /it is a curl command: add --curl/],
  ])('%s is refused with its reason', async (name, bytes, isCurl, reason) => {
    const file = join(dir, name.replaceAll(' ', '-'));
    await writeFile(file, bytes);
    expect(await requestIn(file, {}, isCurl)).toEqual({ problem: expect.stringMatching(reason) });
  });

  it('is read where it is UTF-8, with the mark of the order of bytes and without', async () => {
    const file = join(dir, 'good');
    await writeFile(file, `\uFEFF${BODY}`);
    expect(await requestIn(file, {}, false)).toMatchObject({ route: 'chat' });
  });
});
