import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCurl } from '../../../src/explain/input/curl.ts';

describe('a curl command', () => {
  it.each([
    [`curl http://gw/v1/chat/completions -d '{"a":1}'`, 'http://gw/v1/chat/completions', '{"a":1}'],
    [
      `curl -s -X POST "http://gw/v1/embeddings" \\\n  -H 'Authorization: Bearer sk-1' \\\n  -H "Content-Type: application/json" \\\n  --data-raw '{"a": "it'\\''s"}'\n`,
      'http://gw/v1/embeddings',
      `{"a": "it's"}`,
    ],
    [`$ curl --url=http://gw/x --json "{\\"a\\": \\"b\\\\n\\"}"`, 'http://gw/x', '{"a": "b\\n"}'],
    [`curl -sSd '{"a":1}' http://gw`, 'http://gw', '{"a":1}'],
    [`curl $'-d' $'{"a":"\\u0041\\'\\x42"}' http://gw # a comment`, 'http://gw', `{"a":"A'B"}`],
    [`curl -d $'{"a":"\\xc3\\xa9 \\303\\251 \\u00e9 \\U0001F600 \\ud83d\\ude00 \\101"}' http://gw`, 'http://gw', '{"a":"é é é 😀 😀 A"}'],
    [`/usr/bin/curl -d'{"a":1}' -u user:secret --max-time 5 http://gw`, 'http://gw', '{"a":1}'],
    [`curl --data-raw '@x' http://gw`, 'http://gw', '@x'],
    [`curl -d "cost: 5$" http://gw`, 'http://gw', 'cost: 5$'],
  ])('%s is read as a shell reads it', (command, url, body) => {
    expect(readCurl(command)).toEqual({ url, body });
  });

  it.each([
    ['', 'it does not begin with curl'],
    ['wget http://gw', 'it does not begin with curl'],
    ['curl http://gw', 'it sends no body'],
    [`curl -d '{"a"`, 'not closed'],
    ['curl -d "{', 'not closed'],
    [`curl -d $'a`, 'not closed'],
    ['curl -d @/etc/passwd http://gw', 'in another file'],
    ['curl -d @- http://gw <<EOF', 'in another file|outside of quotes'],
    ['curl -d "$BODY" http://gw', 'only a shell'],
    ['curl -d "$(cat x)" http://gw', 'only a shell'],
    ['curl -d "`id`" http://gw', 'only a shell'],
    ['curl -d $BODY http://gw', 'only a shell'],
    ["curl -d '{}' http://gw; rm -rf /", 'outside of quotes'],
    ["curl -d '{}' http://gw | jq .", 'outside of quotes'],
    ["curl -d '{}' http://gw\ncurl -d '{}' http://gw", 'one command'],
    ['curl -F file=@x http://gw', 'sends no JSON'],
    ['curl --data-urlencode a=b http://gw', 'sends no JSON'],
    ['curl -d', 'has no value'],
  ])('%s is refused', (command, problem) => {
    const read = readCurl(command);
    expect('problem' in read ? read.problem : read).toMatch(new RegExp(problem));
  });

  it('gives back any body in single quotes, and ends in time on any text', () => {
    fc.assert(
      fc.property(fc.string(), (body) => {
        expect(readCurl(`curl --data-raw '${body.replaceAll("'", "'\\''")}' http://gw`)).toEqual({ url: 'http://gw', body });
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("'", '"', '\\', '$', '{', '(', ' ', '\n', 'curl', '-d', 'a', '#', "$'", '\r'), { maxLength: 40 }),
        (parts) => {
          readCurl(`curl ${parts.join('')}`);
        },
      ),
      { numRuns: 1_000 },
    );
    for (const char of ["'", '"', '\\', '\\"', 'a', '-d ', '$']) readCurl(`curl ${char.repeat(500_000)}`);
  });
});
