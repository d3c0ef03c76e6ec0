import { connect, type Socket } from 'node:net';
import type { Server } from './server.ts';

const EVERY_MS = 5_000;

/**
 * A client of somebody else that is refused all day: every 5 s one PING without a password and one command
 * that its user may not use.
 */
export function makeNoise(server: Server): { stop(): void } {
  const open = new Set<Socket>();
  const send = (port: number, lines: readonly string[]) => {
    const socket = connect(port, '127.0.0.1');
    open.add(socket);
    socket.setTimeout(EVERY_MS, () => socket.destroy());
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    socket.on('data', () => undefined);
    socket.end(lines.map((line) => `${line}\r\n`).join(''));
  };
  const round = () => {
    for (const port of server.ports) {
      send(port, ['PING']);
      send(port, [`AUTH noise ${server.passwords.noise}`, 'GET something']);
    }
  };
  round();
  const timer = setInterval(round, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      for (const socket of open) socket.destroy();
    },
  };
}
