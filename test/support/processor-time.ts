/**
 * Milliseconds of processor time that this process spends on `work`: what other programs of the machine do
 * meanwhile does not count, so an upper bound of it holds on a busy machine too.
 */
export function processorTime(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
