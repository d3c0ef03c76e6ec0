import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMask } from '../../../src/masking/mask.ts';
import type { Details } from '../../../src/model/tick.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { handClock } from '../../support/clock.ts';

type LogConfig = Parameters<typeof createLogger>[0];

function logger(config: LogConfig) {
  const lines: string[] = [];
  return { lines, ...createLogger(config, (line) => lines.push(line), handClock()) };
}

describe('JSON', () => {
  it('is one object a line: level as a word, time, fields, sentence, and nothing of the process', () => {
    const { log, lines } = logger({ level: 'info', format: 'json' });
    log.info({ gateway: 'proxy', seconds: 1.5, routes: ['chat', 'completions'], absent: undefined }, 'The verdict changed');
    expect(lines).toEqual([
      '{"level":"info","time":"2023-11-14T22:13:20.000Z","gateway":"proxy","seconds":1.5,"routes":["chat","completions"],"msg":"The verdict changed"}\n',
    ]);
  });
});

describe('text', () => {
  it('is a line for people', () => {
    const { log, lines } = logger({ level: 'info', format: 'text' });
    log.warn({ gateway: 'proxy', reason: 'connect ECONNREFUSED', up: false }, 'The tick failed');
    log.error({}, 'The port is in use');
    expect(lines).toEqual([
      '2023-11-14T22:13:20.000Z WARN  The tick failed  gateway=proxy reason="connect ECONNREFUSED" up=false\n',
      '2023-11-14T22:13:20.000Z ERROR The port is in use\n',
    ]);
  });

  it('lets no value forge a line or reach the terminal', () => {
    const { log, lines } = logger({ level: 'info', format: 'text' });
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\u001b[2J', '\u009b2J', '\u202e', '\r', 'a b=c', '"')),
        (reason) => {
          lines.length = 0;
          log.info({ reason }, 'Said');
          expect(lines).toHaveLength(1);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
          expect(lines[0]?.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
          const shown = lines[0]?.slice('2023-11-14T22:13:20.000Z INFO  Said  reason='.length, -1) ?? '';
          expect(shown.startsWith('"') ? JSON.parse(shown) : shown).toBe(reason);
        },
      ),
    );
  });
});

describe('level and format', () => {
  it('change while the log is in use', () => {
    const { log, lines, reconfigure } = logger({ level: 'warn', format: 'json' });
    log.info({}, 'Not yet');
    reconfigure({ level: 'debug', format: 'text' });
    log.debug({}, 'Now');
    expect(lines).toEqual(['2023-11-14T22:13:20.000Z DEBUG Now\n']);
  });
});

describe('secrets', () => {
  it.each(['json', 'text'] as const)('are hidden in %s even where one slips into a field', (format) => {
    const { log, lines } = logger({ level: 'debug', format });
    log.error({ password: 'hunter2', api_key: 'hunter2', authorization: 'Bearer hunter2', token: 'hunter2', secret: 'hunter2' }, 'Bad');
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines.join('').match(/<secret>/g)).toHaveLength(5);
  });

  it('are hidden where an error of a client library slips in, which the types forbid', () => {
    const { log, lines } = logger({ level: 'debug', format: 'json' });
    const slipped: Details = JSON.parse('{"reason":{"message":"WRONGPASS","command":{"name":"auth","args":["hunter2"]}}}');
    log.error(slipped, 'Bad');
    expect(JSON.parse(lines.join(''))).toMatchObject({ reason: { message: 'WRONGPASS', command: '<secret>' } });
  });
});

it('hides secrets in any text: known ones, and those that an address or their form gives away', () => {
  const lines: string[] = [];
  const { log } = createLogger(
    { level: 'debug', format: 'json' },
    (line) => lines.push(line),
    handClock(),
    createMask(['correct horse'], { controls: 'kept' }),
  );
  log.error({ error: 'at redis://:pa55@h/0?token=t0ken, Bearer abcdefgh', inside: ['x correct horse y'] }, 'sk-abcdef');
  expect(lines.join('')).not.toMatch(/pa55|t0ken|abcdef|correct horse/);
  expect(lines.join('')).toContain('redis://<secret>@h/0?token=<secret>');
});
