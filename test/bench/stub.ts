import { createServer } from 'node:net';

/**
 * A stand-in for a gateway, in a process of its own. It answers each request after a delay and tells in a
 * header how long that was, from the last byte of the request to the first of the answer. It speaks just
 * enough HTTP: the time of a parser would count as an error of the client.
 */
const delay = Number(process.argv[2]);

const server = createServer({ noDelay: true }, (socket) => {
  let arrived = 0;
  socket
    .on('error', () => undefined)
    .on('data', () => {
      arrived = performance.now();
    });
  socket.once('data', () =>
    setTimeout(() => {
      const head = 'HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n';
      socket.end(`${head}x-took: ${performance.now() - arrived}\r\n\r\n{"choices":[]}`);
    }, delay),
  );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`listening on ${address.port}`);
});
