import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The core of each end, so that neither is moved about or helped by a second one. */
export interface Cores {
  server: number;
  client: number;
}

/** The first two cores this process may use; `undefined` where processes cannot be pinned. */
export function availableCores(): Cores | undefined {
  if (spawnSync('taskset', ['--version']).status !== 0) {
    return undefined;
  }
  const [server, client] = allowedCores();
  return client === undefined ? undefined : { server, client };
}

/** Reads lists such as `0-3,8` from the kernel. */
function allowedCores(): number[] {
  const list =
    /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
