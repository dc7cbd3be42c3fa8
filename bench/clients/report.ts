/** Last line of a client's output: what it took, measured in its own process. */
export function report(startedAt: number, cpuAtStart: NodeJS.CpuUsage, more: object = {}): void {
  const cpu = process.cpuUsage(cpuAtStart);
  console.log(
    JSON.stringify({
      seconds: (performance.now() - startedAt) / 1_000,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      rssMegabytes: process.resourceUsage().maxRSS / 1_024,
      ...more,
    }),
  );
}
