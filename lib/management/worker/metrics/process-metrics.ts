import type { ProcessPicture } from '../../management.contract.js';
import type { KernelSnapshot } from '../kernel/kernel-view.js';
import type { MetricSet } from './metric.js';
import { byLabel, MetricRows } from './metric.js';
import { secondsOfMicros, secondsOfMs } from './seconds.js';

/** The process, by its own account and by the kernel's, which is there even when the service is stuck. */
export interface ProcessView {
  readonly kernel: KernelSnapshot | undefined;
  readonly picture: ProcessPicture | undefined;
  /** When the picture was taken, in milliseconds since the Unix epoch. */
  readonly takenAt: number | undefined;
}

const rows = new MetricRows<ProcessView>([]);
const kernelRows = new MetricRows<ProcessView>([], true);

/** What the process uses. Where both know, the kernel is believed. */
export const processMetrics: MetricSet<ProcessView> = {
  labelsOf: () => ({}),
  metrics: [
    rows.counter(
      ['socket_pool_process_cpu_seconds_total', 'mode'],
      'Processor time of all threads of the process.',
      ({ kernel, picture }) => cpuSeconds(kernel?.usage ?? picture),
    ),
    kernelRows.counter(
      ['socket_pool_main_thread_cpu_seconds_total', 'mode'],
      'Of that, what the service’s thread took.',
      ({ kernel }) => {
        const { mainThreadCpuUserMicros: user, mainThreadCpuSystemMicros: system } =
          kernel?.usage ?? {};
        if (user === undefined || system === undefined) return undefined;
        return cpuSeconds({ cpuUserMicros: user, cpuSystemMicros: system });
      },
    ),
    rows.gauge(
      ['socket_pool_process_resident_memory_bytes'],
      'Memory that the process occupies.',
      ({ kernel, picture }) => kernel?.usage.rssBytes ?? picture?.rssBytes,
    ),
    kernelRows.gauge(
      ['socket_pool_process_virtual_memory_bytes'],
      'Address space of the process.',
      ({ kernel }) => kernel?.usage.virtualBytes,
    ),
    rows.gauge(
      ['socket_pool_heap_used_bytes'],
      'JavaScript heap of the service’s thread that is in use.',
      ({ picture }) => picture?.heapUsedBytes,
    ),
    rows.gauge(
      ['socket_pool_heap_total_bytes'],
      'JavaScript heap of the service’s thread.',
      ({ picture }) => picture?.heapTotalBytes,
    ),
    rows.gauge(
      ['socket_pool_external_memory_bytes'],
      'Memory of buffers and the like outside of the heap.',
      ({ picture }) => picture?.externalBytes,
    ),
    rows.counter(
      ['socket_pool_gc_runs_total'],
      'Garbage collections of the service’s thread.',
      ({ picture }) => picture?.gcCount,
    ),
    rows.counter(
      ['socket_pool_gc_seconds_total'],
      'Time spent in them.',
      ({ picture }) => picture && secondsOfMs(picture.gcMs),
    ),
    rows.gauge(
      ['socket_pool_process_start_time_seconds'],
      'When the process started, in seconds since the Unix epoch.',
      ({ picture, takenAt }) =>
        picture && takenAt && Math.round(secondsOfMs(takenAt - picture.uptimeMs)),
    ),
    kernelRows.gauge(
      ['socket_pool_process_threads'],
      'Threads of the process.',
      ({ kernel }) => kernel?.usage.threads,
    ),
    kernelRows.gauge(
      ['socket_pool_process_open_descriptors'],
      'Open files, sockets among them.',
      ({ kernel }) => kernel?.descriptors.open,
    ),
    kernelRows.gauge(
      ['socket_pool_process_max_descriptors'],
      'How many may be open.',
      ({ kernel }) => kernel?.descriptors.limit,
    ),
  ],
};

function cpuSeconds(
  usage: Pick<ProcessPicture, 'cpuUserMicros' | 'cpuSystemMicros'> | undefined,
): ReturnType<typeof byLabel> | undefined {
  if (usage === undefined) return undefined;
  return byLabel('mode', {
    user: secondsOfMicros(usage.cpuUserMicros),
    system: secondsOfMicros(usage.cpuSystemMicros),
  });
}
