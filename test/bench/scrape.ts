import { connect, type Socket } from 'node:net';
import { quantile } from './statistics.ts';

/** A daemon has been scraped often: its code is compiled by then. */
const WARM_UP = 300;

/**
 * Times in milliseconds of `count` sequential GETs of a page over one kept connection. The client reads
 * just as much of HTTP as it needs to know the end of the answer, so that its own time is small.
 */
export async function scrapeTimes(url: string, count: number): Promise<{ p50: number; p99: number; bytes: number }> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const request = `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nAccept: text/plain\r\n\r\n`;
  const times: number[] = [];
  let bytes = 0;
  for (let index = -WARM_UP; index < count; index++) {
    const start = performance.now();
    socket.write(request);
    bytes = await answer(socket);
    if (index >= 0) times.push(performance.now() - start);
  }
  socket.destroy();
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), bytes };
}

/** The length of the next answer, which has a Content-Length or ends in an empty chunk. */
function answer(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    let received = 0;
    let whole = Number.POSITIVE_INFINITY;
    let chunked = false;
    let tail = '';
    const done = (error?: Error) => {
      socket.off('data', onData).off('error', done);
      if (error === undefined) resolve(received);
      else reject(error);
    };
    const onData = (data: Buffer) => {
      if (received === 0) {
        const end = data.indexOf('\r\n\r\n');
        const head = data.toString('latin1', 0, end);
        if (!head.startsWith('HTTP/1.1 200')) done(new Error(head));
        const length = /content-length: (\d+)/i.exec(head)?.[1];
        chunked = length === undefined;
        if (length !== undefined) whole = end + 4 + Number(length);
      }
      received += data.length;
      tail = (tail + data.toString('latin1', Math.max(0, data.length - 5))).slice(-5);
      if (chunked ? tail === '0\r\n\r\n' : received >= whole) done();
    };
    socket.on('data', onData).on('error', done);
  });
}
