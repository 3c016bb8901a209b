import type { CheckChoice, CheckName } from './probe-check.js';

/** `/health` itself. */
export const ALL_CHECKS = 'all';

const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  live: ['loop'],
  ready: ['lifecycle', 'lag', 'servers', 'pools', 'indicators'],
  startup: ['startup'],
};

const WHOLE: ReadonlySet<string> = new Set<CheckName>([
  ...(['loop', 'lag', 'lifecycle', 'startup'] as const),
  ...(['servers', 'pools', 'indicators'] as const),
]);

const SINGLE: Readonly<Record<string, CheckName>> = {
  server: 'servers',
  pool: 'pools',
  indicator: 'indicators',
};

/** What a restart cannot heal. */
const DEPENDENCIES: ReadonlySet<CheckName> = new Set<CheckName>(['pools', 'indicators']);

export type ProbeGroups = ReadonlyMap<string, readonly CheckChoice[]>;

/**
 * The groups of checks by name: `live`, `ready` and `startup` as they are or as configured, those of the
 * user, and `all`.
 *
 * @throws Error for a check that there is none of, and for a dependency in `live`
 */
export function readProbeGroups(
  configured: Readonly<Record<string, readonly string[]>>,
): ProbeGroups {
  const groups = new Map<string, readonly CheckChoice[]>();
  for (const [group, checks] of Object.entries({ ...DEFAULTS, ...configured })) {
    groups.set(
      group,
      checks.map((check) => readCheck(group, check)),
    );
  }
  const everything = [...WHOLE].map((name) => ({ name: name as CheckName }));
  if (!groups.has(ALL_CHECKS)) groups.set(ALL_CHECKS, everything);
  refuseDependencies(groups.get('live') ?? []);
  return groups;
}

function readCheck(group: string, text: string): CheckChoice {
  if (WHOLE.has(text)) return { name: text as CheckName };
  const [, kind = '', only] = /^(\w+) (.+)$/.exec(text) ?? [];
  const name = SINGLE[kind];
  if (name !== undefined && only !== undefined) return { name, only };
  throw new Error(
    `probes.groups.${group}: there is no check '${text}'; there are ${[...WHOLE].join(', ')}, and single ones such as 'pool orders'`,
  );
}

function refuseDependencies(live: readonly CheckChoice[]): void {
  const dependency = live.find(({ name }) => DEPENDENCIES.has(name));
  if (dependency === undefined) return;
  throw new Error(
    `probes.groups.live: '${dependency.name}' depends on others; a failing live restarts the service, which does not heal them: put it into 'ready'`,
  );
}
