/** The management thread: started by the service with `new Worker(…)`, and by nobody else. */
import { Logger } from '@nestjs/common';
import type { MessagePort } from 'node:worker_threads';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../common/clock.js';
import { messageOf } from '../../errors/socket-pool-error.js';
import type { ToManagement, ToService, ThreadSetup } from '../management.contract.js';
import { CONTRACT_VERSION } from '../management.contract.js';
import {
  createManagementApplication,
  type ManagementApplication,
} from './management-application.js';
import type { ManagementLog } from './management-log.js';
import { ManagementLogger } from './output/management-logger.js';
import { writeThreadOutputAtOnce } from './output/thread-output.js';

function logOf(logger: Logger): ManagementLog {
  return { info: (text) => logger.log(text), warn: (text) => logger.warn(text) };
}

async function run(port: MessagePort, data: ThreadSetup): Promise<void> {
  writeThreadOutputAtOnce();
  const post = (message: ToService): void => port.postMessage(message);
  const setup = { data, clock: systemClock, log: logOf(new Logger('Management')), link: { post } };
  try {
    const application = await createManagementApplication(setup, new ManagementLogger());
    // What was sent meanwhile waits in the port until now.
    port.on('message', (message: ToManagement) => onMessage(message, application, port));
    const { address, beaconPort } = application;
    post({ type: 'ready', version: CONTRACT_VERSION, address, beaconPort });
  } catch (error) {
    post({ type: 'failed', message: messageOf(error) });
    port.close();
  }
}

function onMessage(
  message: ToManagement,
  application: ManagementApplication,
  port: MessagePort,
): void {
  if (message.type !== 'close') application.receive(message);
  // With the port closed nothing keeps the thread.
  else void application.close().finally(() => port.close());
}

if (parentPort !== null) void run(parentPort, workerData as ThreadSetup);
