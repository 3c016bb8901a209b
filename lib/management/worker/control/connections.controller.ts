import { BadRequestException, Controller, Get, Inject, Query } from '@nestjs/common';
import type { ConnectionSnapshot } from '../../../metrics/snapshot.js';
import type { ServicePicture } from '../../management.contract.js';
import { ServiceReporter, type ServiceReport } from '../service/service-report.js';
import { PictureReader } from './picture-reader.js';

const DEFAULT_LIMIT = 500;
const MAX_LIMIT = 5_000;

/** A connection, and whose it is: `pool orders`, `server 0`. */
interface OwnedConnection extends ConnectionSnapshot {
  readonly owner: string;
}

interface ConnectionList {
  readonly service: ServiceReport;
  /** How many there are, whether shown or not. */
  readonly total: number;
  readonly connections: readonly OwnedConnection[];
}

/** All connections at both ends, by the last picture: `?owner=server%200&offset=0&limit=500`. */
@Controller('connections')
export class ConnectionsController {
  constructor(
    @Inject(PictureReader) private readonly pictures: PictureReader,
    @Inject(ServiceReporter) private readonly reporter: ServiceReporter,
  ) {}

  @Get()
  list(
    @Query('owner') owner?: unknown,
    @Query('offset') offset?: unknown,
    @Query('limit') limit?: unknown,
  ): ConnectionList {
    const first = readCount('offset', offset, 0);
    const length = Math.min(readCount('limit', limit, DEFAULT_LIMIT), MAX_LIMIT);
    const all = connectionsOf(this.pictures.picture).filter(
      (each) => owner === undefined || each.owner === owner,
    );
    return {
      service: this.reporter.report(),
      total: all.length,
      connections: all.slice(first, first + length),
    };
  }
}

function connectionsOf({ servers, pools }: ServicePicture): OwnedConnection[] {
  const owned = (owner: string, connections: readonly ConnectionSnapshot[]): OwnedConnection[] =>
    connections.map((connection) => ({ owner, ...connection }));
  return [
    ...servers.flatMap(({ name, connections }) => owned(name, connections)),
    ...pools.flatMap(({ name, endpoints }) =>
      endpoints.flatMap(({ connections }) => owned(`pool ${name}`, connections)),
    ),
  ];
}

function readCount(name: string, text: unknown, absent: number): number {
  if (text === undefined) return absent;
  if (typeof text === 'string' && /^\d{1,9}$/.test(text)) return Number(text);
  throw new BadRequestException(`${name}: it is not a whole number`);
}
