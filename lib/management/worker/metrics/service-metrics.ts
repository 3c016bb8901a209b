import type { IndicatorResult, ServicePicture } from '../../management.contract.js';
import { Availability, ServicePhase } from '../../management.contract.js';
import type { MetricSet, Reading } from './metric.js';
import { byState, MetricRows } from './metric.js';
import { optionalSecondsOfMs, secondsOfMs } from './seconds.js';

/** What is known of the service while its loop stands still, beside the last picture. */
export interface ServiceView {
  readonly phase: ServicePhase;
  /** What management wants the service to be. */
  readonly availability: Availability;
  /** For how long the loop has not beaten. */
  readonly silentMs: number;
  readonly isStuck: boolean;
  /** The greatest lag of the loop since it was last asked for. */
  readonly maxLagMs: number;
  /** Since the start of the management thread. */
  readonly incidents: number;
  /** `undefined` before the first. */
  readonly picture: ServicePicture | undefined;
  readonly pictureAgeMs: number | undefined;
}

const INDICATOR_STATES = [
  'up',
  'degraded',
  'down',
  'pending',
] as const satisfies readonly IndicatorResult['status'][];

const rows = new MetricRows<ServiceView>([]);

/** The service as a whole, and its loop. */
export const serviceMetrics: MetricSet<ServiceView> = {
  labelsOf: () => ({}),
  metrics: [
    rows.gauge(
      ['socket_pool_service_phase', 'phase'],
      '1 for where the service stands in its life.',
      ({ phase }) => byState('phase', namesOf(ServicePhase), nameOf(ServicePhase, phase)),
    ),
    rows.gauge(
      ['socket_pool_service_availability', 'availability'],
      '1 for what the instance is wanted to be: online, offline or draining.',
      ({ availability }) =>
        byState('availability', namesOf(Availability), nameOf(Availability, availability)),
    ),
    rows.gauge(
      ['socket_pool_service_stuck'],
      '1 while the service’s loop stands still for longer than `diagnosis.incidentMs`.',
      ({ isStuck }) => Number(isStuck),
    ),
    rows.gauge(
      ['socket_pool_loop_silent_seconds'],
      'For how long the service’s loop has given no sign of life.',
      ({ silentMs }) => secondsOfMs(silentMs),
    ),
    rows.gauge(
      ['socket_pool_loop_lag_max_seconds'],
      'The greatest lag of the service’s loop since the last scrape, a standstill that lasts included.',
      ({ maxLagMs }) => secondsOfMs(maxLagMs),
    ),
    rows.gauge(
      ['socket_pool_loop_utilization_ratio'],
      'Share of time the service’s loop was busy, as of the last picture.',
      ({ picture }) => picture?.process.eventLoopUtilization,
    ),
    rows.counter(
      ['socket_pool_incidents_total'],
      'Times that the loop was stuck for longer than `diagnosis.incidentMs`.',
      ({ incidents }) => incidents,
    ),
    rows.gauge(
      ['socket_pool_indicator_status', 'indicator', 'status'],
      '1 for what one of your own indicators said last.',
      ({ picture }) => byIndicator(picture?.indicators ?? []),
    ),
    rows.gauge(
      ['socket_pool_picture_age_seconds'],
      'How old the numbers of pools, servers and patterns are; they grow old when the service is stuck.',
      ({ pictureAgeMs }) => optionalSecondsOfMs(pictureAgeMs),
    ),
  ],
};

function* byIndicator(indicators: readonly IndicatorResult[]): Generator<Reading> {
  for (const { key, status } of indicators) {
    for (const { labels, value } of byState('status', INDICATOR_STATES, status))
      yield { labels: { indicator: key, ...labels }, value };
  }
}

function namesOf(values: Readonly<Record<string, number>>): readonly string[] {
  return Object.keys(values).map((name) => name.toLowerCase());
}

function nameOf(values: Readonly<Record<string, number>>, value: number): string | undefined {
  const name = Object.keys(values).find((key) => values[key] === value);
  return name?.toLowerCase();
}
