import { isIP } from 'node:net';
import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import {
  choice,
  count,
  custom,
  durationMs,
  flag,
  group,
  printValue,
  switchableGroup,
} from '../common/options.js';
import { beaconOptionTable } from './beacon-options.js';
import type { TlsFiles } from './management.contract.js';

const HOUR_MS = 3_600_000;
const MIN_TOKEN_CHARACTERS = 16;

const isTextList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === 'string' && each.length > 0);

/** What a bearer token may consist of, or no client could present it (RFC 6750 §2.1). */
const BEARER_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

const isToken = (value: unknown): boolean =>
  typeof value === 'string' && value.length >= MIN_TOKEN_CHARACTERS && BEARER_TOKEN.test(value);

const GROUP_NAME = /^[a-z][a-z0-9-]{0,39}$/;

const isGroups = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(([name, checks]) => GROUP_NAME.test(name) && isTextList(checks));

function textList(defaultValue: readonly string[], description: string) {
  return custom<readonly string[]>({
    default: defaultValue,
    unit: 'texts',
    expected: 'an array of texts',
    description,
    accepts: isTextList,
  });
}

function token(description: string) {
  return custom<string | undefined>({
    default: undefined,
    unit: 'text',
    expected: `a text of at least ${MIN_TOKEN_CHARACTERS} letters, digits and - . _ ~ + /`,
    description,
    accepts: isToken,
  });
}

/** Limits of the probes. */
export const probeOptionTable = {
  liveStuckMs: durationMs(
    { default: 5_000, min: 50, max: HOUR_MS },
    'How long the service’s loop may stand still before the service is not live.',
  ),
  readyLagMs: durationMs(
    { default: 1_000, min: 10, max: HOUR_MS },
    'How late the service’s loop may run before the service is not ready.',
  ),
  acceptTimeoutMs: durationMs(
    { default: 500, min: 10, max: 60_000 },
    'How long the service may take to answer a round trip through its own port.',
  ),
  cacheMs: durationMs(
    { default: 250, min: 0, max: 60_000 },
    'For how long the verdict of a round trip is used again, however many ask.',
  ),
  minReadyConnections: count(
    { default: 1, min: 0, max: 10_000 },
    'Ready connections below which a pool is down.',
  ),
  indicatorTimeoutMs: durationMs(
    { default: 2_000, min: 10, max: 60_000 },
    'How long one of your own indicators may take.',
  ),
  indicatorIntervalMs: durationMs(
    { default: 5_000, min: 100, max: HOUR_MS },
    'How often your own indicators are asked.',
  ),
  groups: custom<Readonly<Record<string, readonly string[]>>>({
    default: {},
    unit: 'groups',
    expected: 'an object with an array of checks for each group, in small letters',
    description:
      'What `/health/<group>` consists of, for `live`, `ready`, `startup` and groups of your own: `loop`, `lag`, `lifecycle`, `startup`, `servers`, `pools`, `indicators`, or a single `pool orders`, `server 0`, `indicator database`.',
    accepts: isGroups,
  }),
};

export const diagnosisOptionTable = {
  incidentMs: durationMs(
    { default: 1_000, min: 50, max: HOUR_MS },
    'How long the loop may stand still before its stack is captured.',
  ),
  maxIncidents: count({ default: 50, min: 1, max: 10_000 }, 'How many incidents are kept.'),
  maxEvents: count(
    { default: 500, min: 10, max: 100_000 },
    'How many connection events are kept for each pool and server.',
  ),
  profiling: flag(false, 'Allows CPU profiles and heap statistics.'),
};

export const drainOptionTable = {
  pauseMs: durationMs(
    { default: 0, min: 0, max: 600_000 },
    'How long a shutdown waits, readiness failing already, for the orchestrator to notice.',
  ),
  limitMs: durationMs(
    { default: 25_000, min: 100, max: HOUR_MS },
    'How long a drain asked for through the management port may take; then the stack is captured and the process ended.',
  ),
  exitCode: count(
    { default: 75, min: 1, max: 255 },
    'The exit code of a process that was ended so.',
  ),
};

export const managementOptionTable = {
  port: count(
    { default: 9_400, min: 0, max: 65_535 },
    'The management port; 0 lets the system choose.',
  ),
  host: custom<string>({
    default: '127.0.0.1',
    unit: 'address',
    expected: 'an IP address, or localhost',
    description: 'The address to listen at. Elsewhere than on the loopback a token is needed.',
    accepts: (value) => typeof value === 'string' && (isIP(value) !== 0 || value === 'localhost'),
  }),
  isolation: choice(
    ['thread', 'inline'],
    'thread',
    'Whether management has a thread of its own. Inline it is stuck when the service is.',
  ),
  token: token('Who presents it (`Authorization: Bearer …`) may read and act.'),
  readToken: token('Who presents it may read.'),
  allowedAddresses: textList([], 'Addresses that may connect; all when empty.'),
  allowedHosts: textList(
    [],
    'Names by which the port may be asked, beside its own address and localhost.',
  ),
  allowedOrigins: textList(
    [],
    'Origins of pages that may ask; a page of the port itself always may.',
  ),
  controllers: custom<string | undefined>({
    default: undefined,
    unit: 'file',
    expected: 'the URL of a file whose default export is a Nest module',
    description: 'A module of your own for the management application.',
    accepts: (value) => typeof value === 'string' && URL.canParse(value),
  }),
  tls: custom<TlsFiles | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object with the paths `cert` and `key`',
    description: 'Serves HTTPS with a certificate and key from files.',
    accepts: (value) =>
      typeof value === 'object' && value !== null && 'cert' in value && 'key' in value,
  }),
  page: flag(true, 'Serves the page for people at `/`.'),
  beacon: switchableGroup(
    beaconOptionTable,
    'A port where clients of a silent service ask whether it is stuck; `false` opens none.',
  ),
  probes: group(probeOptionTable, 'When probes fail.'),
  diagnosis: group(diagnosisOptionTable, 'What is kept and what is allowed.'),
  drain: group(drainOptionTable, 'Shutting down.'),
};

export type ManagementOptionsInput = OptionsInput<typeof managementOptionTable>;
export type ManagementOptions = ResolvedOptions<typeof managementOptionTable>;

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

/** What a single option cannot know: how options fit together. */
export function checkManagementOptions(options: ManagementOptions, problems: string[]): void {
  if (!isLoopback(options.host) && options.token === undefined) {
    problems.push(
      `token: is needed to listen at ${printValue(options.host)}, which others can reach`,
    );
  }
}
