import { freePort, type RunningProcess, startProcess, waitUntilReady } from '../../dev/process.ts';

/** redis_exporter beside ours, where the environment variable REDIS_EXPORTER names its binary. */
export async function startPeer(redisUrl: string): Promise<{ url: string; process: RunningProcess } | undefined> {
  const binary = process.env.REDIS_EXPORTER;
  if (binary === undefined || binary === '') return undefined;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/metrics`;
  const child = startProcess(binary, ['--redis.addr', redisUrl, '--web.listen-address', `127.0.0.1:${port}`], {
    env: process.env,
    cwd: process.cwd(),
  });
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
  await waitUntilReady('redis_exporter', child, 10_000, ready);
  return { url, process: child };
}
