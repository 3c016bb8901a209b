import { ConsoleLogger } from '@nestjs/common';

/** What Nest says while it starts an application: the service has said it all once already. */
const STARTING = new Set([
  ...['NestFactory', 'NestApplication', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer'],
]);

/** The logger of the management application in its own thread. */
export class ManagementLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!STARTING.has(String(rest.at(-1)))) super.log(message, ...(rest as [string]));
  }
}
