import { connect } from 'node:net';

/** Asks a Redis on the loopback interface as monitors do that have no password: one PING, and never mind the refusal. */
export function knock(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket
      .once('data', () => socket.end())
      .once('close', () => resolve())
      .once('error', reject);
  });
}
