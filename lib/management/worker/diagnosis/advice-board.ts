import { parseLinkAddress } from '../../../link/link-address.js';
import type { ServerPicture, ServicePicture } from '../../management.contract.js';
import { ServicePhase } from '../../management.contract.js';
import {
  describeAdvice,
  kernelAdvice,
  type Advice,
  type KernelDemands,
  type ListenerDemand,
} from '../diagnostics/kernel-advice.js';
import type { KernelSettings } from '../kernel/kernel-settings.js';

/** Descriptors that are open besides connections, where no server says how many. */
const USUAL_RESERVE = 64;
/** Servers may begin to listen after the service has started; after so many pictures they are not waited for. */
const MAX_PICTURES = 5;

export interface AdviceBoardParts {
  /** Read anew each time: settings can be put right while the service runs. */
  readonly readSettings: () => KernelSettings;
  readonly management: ListenerDemand;
  readonly log: { info(text: string): void; warn(text: string): void };
}

/** What in the kernel's settings is at odds with this service: said in the log once, and on request. */
export class AdviceBoard {
  private pictures = 0;
  private isSaid = false;

  constructor(private readonly parts: AdviceBoardParts) {}

  advise(picture: ServicePicture | undefined): readonly Advice[] {
    return kernelAdvice(this.parts.readSettings(), this.demandsOf(picture));
  }

  onPicture(picture: ServicePicture): void {
    if (this.isSaid || picture.phase !== ServicePhase.Running) return;
    const isWaiting = picture.servers.some(({ state }) => state === 'idle');
    if (isWaiting && ++this.pictures < MAX_PICTURES) return;
    this.isSaid = true;
    for (const advice of this.advise(picture)) this.say(advice);
  }

  private say(advice: Advice): void {
    const { log } = this.parts;
    if (advice.level === 'warning') log.warn(describeAdvice(advice));
    else log.info(describeAdvice(advice));
  }

  private demandsOf(picture: ServicePicture | undefined): KernelDemands {
    const { servers = [], pools = [] } = picture ?? {};
    const endpoints = pools.flatMap((pool) => pool.endpoints);
    const reserves = servers.map(({ demand }) => demand.descriptorReserve);
    return {
      listeners: [...servers.flatMap(listenersOf), this.parts.management],
      maxPoolConnections: endpoints.reduce((sum, each) => sum + each.maxConnections, 0),
      descriptorReserve: Math.max(USUAL_RESERVE, ...reserves),
    };
  }
}

/** The limit of connections is that of the server, not of each of its addresses. */
function listenersOf({ name, demand }: ServerPicture): ListenerDemand[] {
  const { addresses, backlog, maxConnections } = demand;
  return addresses.map((address, index) => ({
    name,
    port: portOf(address),
    backlog,
    maxConnections: index === 0 ? maxConnections : 0,
  }));
}

function portOf(address: string): number | undefined {
  const parsed = parseLinkAddress(address, 'listen');
  return typeof parsed === 'string' || parsed.kind === 'unix' ? undefined : parsed.port;
}
