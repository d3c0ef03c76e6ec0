import { parentPort, workerData } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

// The entry of a worker thread: compares one password, says whether it fits, ends.
const { password, hash }: { password: string; hash: string } = workerData;
parentPort?.postMessage(compareSync(password, hash));
