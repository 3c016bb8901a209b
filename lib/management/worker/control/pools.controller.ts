import { Body, Controller, Get, HttpStatus, Inject, Param, Patch, Post, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { PoolSnapshot } from '../../../metrics/snapshot.js';
import type { EndpointAction, ManagementCommand } from '../../management.contract.js';
import { CommandClient } from '../service/command-client.js';
import { PictureRefresh } from '../service/picture-refresh.js';
import { ServiceReporter, type ServiceReport } from '../service/service-report.js';
import { answerOf, type CommandAnswer } from './command-answer.js';
import { PictureReader } from './picture-reader.js';
import { readSizing, readWeight } from './request-body.js';

interface Reported {
  readonly service: ServiceReport;
}

/** The pools of the service, by the last picture, and what may be changed of them at run time. */
@Controller('pools')
export class PoolsController {
  constructor(
    @Inject(PictureReader) private readonly pictures: PictureReader,
    @Inject(PictureRefresh) private readonly refresh: PictureRefresh,
    @Inject(CommandClient) private readonly commands: CommandClient,
    @Inject(ServiceReporter) private readonly reporter: ServiceReporter,
  ) {}

  @Get()
  list(): Reported & { readonly pools: readonly unknown[] } {
    return { service: this.reporter.report(), pools: this.pictures.picture.pools.map(overviewOf) };
  }

  @Get(':name')
  one(@Param('name') name: string): Reported & { readonly pool: PoolSnapshot } {
    return { service: this.reporter.report(), pool: this.pictures.pool(name) };
  }

  @Get(':name/endpoints')
  endpoints(@Param('name') name: string): Reported & Pick<PoolSnapshot, 'endpoints'> {
    return { service: this.reporter.report(), endpoints: this.pictures.pool(name).endpoints };
  }

  /** `{"minConnections": 2, "maxConnections": 8, "highWatermark": 64, "lowWatermark": 8}`, any of them. */
  @Patch(':name')
  resize(
    @Param('name') pool: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<CommandAnswer> {
    this.pictures.pool(pool);
    return this.run({ kind: 'resizePool', pool, sizing: readSizing(body) }, response);
  }

  @Post(':name/endpoints/:key/drain')
  drain(
    @Param() where: EndpointPlace,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<CommandAnswer> {
    return this.control(where, 'drain', response);
  }

  @Post(':name/endpoints/:key/eject')
  eject(
    @Param() where: EndpointPlace,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<CommandAnswer> {
    return this.control(where, 'eject', response);
  }

  @Post(':name/endpoints/:key/readmit')
  readmit(
    @Param() where: EndpointPlace,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<CommandAnswer> {
    return this.control(where, 'readmit', response);
  }

  /** `{"weight": 0}` */
  @Post(':name/endpoints/:key/weight')
  weight(
    @Param() { name, key }: EndpointPlace,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<CommandAnswer> {
    const pool = this.pictures.pool(name);
    const endpoint = this.pictures.endpointOf(pool, key);
    const weight = readWeight(body);
    return this.run({ kind: 'endpoint', pool: name, endpoint, action: 'weight', weight }, response);
  }

  private control(
    { name, key }: EndpointPlace,
    action: EndpointAction,
    response: ServerResponse,
  ): Promise<CommandAnswer> {
    const endpoint = this.pictures.endpointOf(this.pictures.pool(name), key);
    return this.run({ kind: 'endpoint', pool: name, endpoint, action }, response);
  }

  private async run(command: ManagementCommand, response: ServerResponse): Promise<CommandAnswer> {
    const outcome = await this.commands.run(command);
    if (outcome.kind === 'done') await this.refresh.refresh();
    const answer = answerOf(outcome, this.reporter.report());
    response.statusCode = answer.isApplied ? HttpStatus.OK : HttpStatus.ACCEPTED;
    return answer;
  }
}

/** As in the path. */
interface EndpointPlace {
  readonly name: string;
  readonly key: string;
}

/** Without the connections, of which there may be many. */
function overviewOf({ endpoints, ...pool }: PoolSnapshot): object {
  return {
    ...pool,
    endpoints: endpoints.map(({ connections, ...endpoint }) => ({
      ...endpoint,
      connections: connections.length,
      readyConnections: connections.filter(({ state }) => state === 'ready').length,
    })),
  };
}
