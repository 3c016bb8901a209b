import type { KernelFiles } from './kernel-files.js';

/** Open files, sockets among them. */
export interface DescriptorUsage {
  readonly open: number | undefined;
  /** What the process may have open; `Infinity` for any number. */
  readonly limit: number | undefined;
  /** To what an unprivileged process may raise the limit. */
  readonly hardLimit: number | undefined;
}

export function readDescriptorUsage(files: KernelFiles): DescriptorUsage {
  const limits = parseDescriptorLimits(files.text('/proc/self/limits') ?? '');
  return { open: files.entryCount('/proc/self/fd'), ...limits };
}

/** `Max open files            1024                 524288               files`. */
export function parseDescriptorLimits(text: string): Omit<DescriptorUsage, 'open'> {
  const match = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(text);
  return { limit: limitOf(match?.[1]), hardLimit: limitOf(match?.[2]) };
}

function limitOf(text: string | undefined): number | undefined {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : (text && Number(text)) || undefined;
}
