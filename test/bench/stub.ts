import { createServer } from 'node:http';

/**
 * A gateway stub in a process of its own: it answers a completion after a delay that it measures itself,
 * from the arrival of the request's last byte to the end of its answer, and tells it in a header.
 */
const delay = Number(process.argv[2]);

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const arrived = performance.now();
    const until = arrived + delay;
    // A timer fires up to a millisecond late; the rest of the delay is spun away, so that it is exact.
    setTimeout(
      () => {
        while (performance.now() < until);
        const body = JSON.stringify({ id: 'cmpl-1', object: 'text_completion', choices: [{ text: 'ok' }] });
        response.writeHead(200, { 'content-type': 'application/json', 'x-delay-ms': String(performance.now() - arrived) });
        response.end(body);
      },
      Math.max(0, delay - 3),
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`listening on ${address.port}`);
});
