import { parseDescriptorLimits, type DescriptorLimits } from '../../../metrics/kernel-text.js';
import type { KernelFiles } from './kernel-files.js';

/** Open files, sockets among them. */
export interface DescriptorUsage extends DescriptorLimits {
  readonly open: number | undefined;
}

export function readDescriptorUsage(files: KernelFiles): DescriptorUsage {
  const limits = parseDescriptorLimits(files.text('/proc/self/limits'));
  return { open: files.entryCount('/proc/self/fd'), ...limits };
}
