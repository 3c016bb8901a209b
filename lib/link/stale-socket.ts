import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/**
 * A process that was killed leaves the file of its unix socket behind, and nobody can bind it again.
 * Whether somebody still listens only a connection attempt can tell.
 *
 * @returns whether the path is free now; never removes anything but a socket that refuses connections
 */
export async function removeStaleSocket(path: string): Promise<boolean> {
  try {
    // A connection to an ordinary file is refused as well.
    if (!(await lstat(path)).isSocket() || !(await isRefused(path))) return false;
    await unlink(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    const answer = (refused: boolean): void => {
      probe.destroy();
      resolve(refused);
    };
    probe.on('connect', () => answer(false));
    probe.on('error', (error: NodeJS.ErrnoException) => answer(error.code === 'ECONNREFUSED'));
  });
}
