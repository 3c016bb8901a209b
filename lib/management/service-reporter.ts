import type { Clock } from '../common/clock.js';
import type { EventRecorder } from './event-recorder.js';
import type { IndicatorBoard } from './indicator-board.js';
import type { ManagedService } from './managed-service.js';
import type { ServicePhase, ServicePicture } from './management.contract.js';
import type { ProcessGauge } from './process-gauge.js';
import type { BeatNumbers } from './service-beat.js';

/** Makes the pictures of the service that go to the management thread. */
export class ServiceReporter {
  constructor(
    private readonly clock: Clock,
    private readonly service: ManagedService,
    private readonly parts: {
      readonly indicators: IndicatorBoard;
      readonly gauge: ProcessGauge;
      readonly recorder: Pick<EventRecorder, 'tracesOf'>;
    },
  ) {}

  picture(phase: ServicePhase): ServicePicture {
    return {
      takenAt: this.clock.wallNow(),
      phase,
      pools: this.service.pools().map((pool) => pool.snapshot()),
      servers: this.service.servers().map((server, index) => ({
        ...this.parts.recorder.tracesOf(server).without(server.snapshot()),
        name: `server ${index}`,
        patterns: server.patterns(),
      })),
      http: this.service.http(),
      indicators: this.parts.indicators.results(),
      process: this.parts.gauge.picture(),
    };
  }
}

/** The numbers of a picture that shall be known while the loop stands still. */
export function numbersOf({ servers, pools }: ServicePicture): BeatNumbers {
  return {
    serverInFlight: servers.reduce((total, each) => total + each.inFlight, 0),
    serverConnections: servers.reduce((total, each) => total + each.connections.length, 0),
    poolInFlight: pools.reduce((total, each) => total + each.inFlight, 0),
  };
}
