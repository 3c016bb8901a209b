/** Management in the service's own thread, for where there can be no other: stuck whenever the service is. */
import { Logger } from '@nestjs/common';
import { systemClock } from '../../common/clock.js';
import type { ToManagement, ToService, ThreadSetup } from '../management.contract.js';
import { createManagementApplication } from './management-application.js';

/** What a worker thread is otherwise, to the service. */
export interface InlineManagement {
  readonly address: string;
  post(message: ToManagement): void;
  close(): Promise<void>;
}

/**
 * @param receive is told what a worker would send, but for `ready` and `failed`
 * @throws Error as a worker would send with `failed`
 */
export async function startInlineManagement(
  data: ThreadSetup,
  receive: (message: ToService) => void,
): Promise<InlineManagement> {
  const logger = new Logger('Management');
  const application = await createManagementApplication({
    data,
    clock: systemClock,
    link: { post: receive },
    log: { info: (text) => logger.log(text), warn: (text) => logger.warn(text) },
  });
  const { address } = application;
  return {
    address,
    post: (message) => {
      if (message.type === 'close') void application.close();
      else application.receive(message);
    },
    close: () => application.close(),
  };
}
