import type { LoggerService } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { messageOf } from '../errors/socket-pool-error.js';
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
  const isReady = await new Promise<boolean>((resolve) => {
    const timer = clock.schedule(timeoutMs, () => resolve(false), true);
    const settle = (isUp: boolean): void => {
      timer.cancel();
      resolve(isUp);
    };
    pool.ready().then(
      () => settle(true),
      (error: unknown) => {
        logger.warn(
          `${pool.name}: not connected at the start of the application: ${messageOf(error)}`,
        );
        settle(true);
      },
    );
  });
  if (!isReady)
    logger.warn(
      `${pool.name}: not connected within ${timeoutMs} ms of the start of the application`,
    );
}
