import type { LoggerService } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import type { SocketPool } from '../pool/socket-pool.js';

/**
 * Starts a pool with its application. A service that is not there does not stop the application from
 * starting; at most the start waits a while for it.
 *
 * @param timeoutMs how long to wait for the first connection; 0 does not wait
 */
export async function startEagerly(
  pool: SocketPool,
  timeoutMs: number,
  { clock, logger }: { readonly clock: Clock; readonly logger: LoggerService },
): Promise<void> {
  pool.start();
  if (timeoutMs === 0 || pool.isReady) return;
  const isSettled = await new Promise<boolean>((resolve) => {
    const timer = clock.schedule(timeoutMs, () => resolve(false), true);
    const settle = (): void => {
      timer.cancel();
      resolve(true);
    };
    // A failure has been logged where it happened.
    pool.ready().then(settle, settle);
  });
  if (!isSettled)
    logger.warn(
      `${pool.name}: not connected within ${timeoutMs} ms of the start of the application`,
    );
}
