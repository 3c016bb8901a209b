import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { ServerPicture } from '../../management.contract.js';
import { ServiceReporter, type ServiceReport } from '../service/service-report.js';
import { PictureReader } from './picture-reader.js';

interface Reported {
  readonly service: ServiceReport;
}

/** The servers of the service, by the last picture. */
@Controller('servers')
export class ServersController {
  constructor(
    @Inject(PictureReader) private readonly pictures: PictureReader,
    @Inject(ServiceReporter) private readonly reporter: ServiceReporter,
  ) {}

  @Get()
  list(): Reported & { readonly servers: readonly unknown[] } {
    const servers = this.pictures.picture.servers.map(overviewOf);
    return { service: this.reporter.report(), servers };
  }

  @Get(':name')
  one(@Param('name') name: string): Reported & { readonly server: unknown } {
    return { service: this.reporter.report(), server: overviewOf(this.pictures.server(name)) };
  }
}

/** Without the connections, of which there may be thousands: they have a route of their own. */
function overviewOf({ connections, ...server }: ServerPicture): object {
  return { ...server, connections: connections.length };
}
