import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

// The entry of a worker thread: compares each password with its hash and answers whether it fits.
parentPort?.on('message', ({ password, hash }: { password: string; hash: string }) => {
  parentPort?.postMessage(compareSync(password, hash));
});
