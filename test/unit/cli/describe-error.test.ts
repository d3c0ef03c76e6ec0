import { describe, expect, it } from 'vitest';
import { describeError } from '../../../src/cli/describe-error.ts';
import { EXIT } from '../../../src/cli/io.ts';
import { Secret } from '../../../src/source/secret.ts';

describe('an error that ended a command', () => {
  it('is one sentence without a secret, and says where to go with it', () => {
    const secret = Secret.of('Zq7vKp2mXw9rTb4n');
    const error = new TypeError(`Invalid URL: redis://u:pa55w0rd@h/${secret.reveal()}\nsecond line \u001b[2J`);
    const { code, sentence } = describeError(error, { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=Hd7rWq2z', LCE_REDIS_PASSWORD: 'En7vWq2z' });
    expect(code).toBe(EXIT.internal);
    expect(sentence).not.toMatch(/Zq7vKp2mXw9rTb4n|pa55w0rd|\p{Cc}/u);
    expect(sentence).toMatch(
      /^internal error: TypeError: Invalid URL.*\(at test\/|^internal error: TypeError: Invalid URL.*please report it/,
    );
  });

  it.each(['Hd7rWq2z', 'En7vWq2z', Buffer.from('En7vWq2z').toString('base64'), encodeURIComponent('Hd7rWq2z')])(
    'hides %s, which the environment gave',
    (text) => {
      const env = { OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=b,x-key=Hd7rWq2z', LCE_LITELLM_API_KEY: 'En7vWq2z' };
      expect(describeError(new Error(`refused ${text}`), env).sentence).toContain('refused <secret>');
    },
  );

  it.each([
    ['ListenError', EXIT.failure],
    ['WebConfigError', EXIT.usage],
  ])('that people can mend is its own sentence: %s', (name, code) => {
    const error = Object.assign(new Error('cannot listen on :9464'), { name });
    expect(describeError(error, {})).toEqual({ code, sentence: 'cannot listen on :9464' });
  });

  it.each([undefined, null, 'a text', 7, { a: 1 }])('may be no error at all: %s', (thrown) => {
    expect(describeError(thrown, {})).toMatchObject({ code: EXIT.internal });
  });
});
