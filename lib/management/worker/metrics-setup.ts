import { kernelFiles } from './kernel/kernel-files.js';
import { KernelView } from './kernel/kernel-view.js';
import { TcpScan } from './kernel/tcp-scan.js';
import type { ManagementParts } from './management-parts.js';
import { MetricsExposition } from './metrics/metrics-exposition.js';
import { portsOf } from './metrics/service-ports.js';

/** The metrics of a service, from all that management knows of it. */
export function createMetrics(parts: ManagementParts): MetricsExposition {
  const { clock, cells, loop, lag, view, incidents, options } = parts;
  return new MetricsExposition({
    ...{ clock, cells, loop, view },
    lag: lag.reader(),
    stuckMs: options.diagnosis.incidentMs,
    // They are numbered from 1, also when only the last are kept.
    incidents: () => incidents.list()[0]?.id ?? 0,
    kernel: new KernelView(kernelFiles, clock, process.pid),
    tcp: new TcpScan(kernelFiles, clock, () => portsOf(view.picture)),
  });
}
