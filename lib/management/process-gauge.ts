import type { EventLoopUtilization } from 'node:perf_hooks';
// For the utilisation of the loop, not for the time.
// oxlint-disable-next-line no-restricted-imports
import { PerformanceObserver, performance } from 'node:perf_hooks';
import type { ProcessPicture } from './management.contract.js';

/** What the process costs: CPU, memory, garbage collection, and how busy its loop is. */
export class ProcessGauge {
  private utilization: EventLoopUtilization = performance.eventLoopUtilization();
  private gcCount = 0;
  private gcMs = 0;
  private readonly observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      this.gcCount++;
      this.gcMs += duration;
    }
  });

  start(): void {
    this.observer.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    this.observer.disconnect();
  }

  picture(): ProcessPicture {
    const cpu = process.cpuUsage();
    const memory = process.memoryUsage();
    const current = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(current, this.utilization);
    this.utilization = current;
    return {
      pid: process.pid,
      uptimeMs: process.uptime() * 1_000,
      cpuUserMicros: cpu.user,
      cpuSystemMicros: cpu.system,
      heapUsedBytes: memory.heapUsed,
      heapTotalBytes: memory.heapTotal,
      externalBytes: memory.external,
      rssBytes: memory.rss,
      eventLoopUtilization: utilization,
      gcCount: this.gcCount,
      gcMs: this.gcMs,
    };
  }
}
