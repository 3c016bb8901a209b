import type { WorkerClock } from '../worker-clock.js';
import type { InspectorCallFrame } from './call-frame.js';
import type { MainThreadSession } from './main-thread-session.js';

const INTERVAL_MICROS = 1_000;
/** How long is sampled, in ms: some dozen samples. */
const SAMPLE_MS = 60;
const NODE_URL = /^node:/;

/** What is read of a profile. */
interface SampledProfile {
  readonly nodes: readonly SampledNode[];
}

interface SampledNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly scriptId: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly hitCount?: number;
  readonly children?: readonly number[];
}

/**
 * The stack that a thread is in most often, innermost first, by samples of some milliseconds. For a loop of
 * microtasks that cannot be paused within its function, as when it spends its time on memory: samples are
 * taken wherever it is. The lines are those where the functions begin.
 *
 * @returns `undefined` when no sample fell into code that is not Node's own
 */
export async function sampleStack(
  session: Pick<MainThreadSession, 'request'>,
  clock: WorkerClock,
  limitMs: number,
): Promise<readonly InspectorCallFrame[] | undefined> {
  await session.request('Profiler.enable', limitMs);
  const interval = INTERVAL_MICROS;
  await session.request('Profiler.setSamplingInterval', limitMs, { interval });
  await session.request('Profiler.start', limitMs);
  await new Promise<void>((resolve) => void clock.schedule(SAMPLE_MS, resolve, true));
  const answer = await session.request<{ profile: SampledProfile }>('Profiler.stop', limitMs);
  return hottestStack(answer.profile.nodes);
}

/** From the function with the most samples, of those that are not Node's own, outwards. */
export function hottestStack(
  nodes: readonly SampledNode[],
): readonly InspectorCallFrame[] | undefined {
  const own = nodes.filter(({ callFrame: { url } }) => url !== '' && !NODE_URL.test(url));
  const [first, ...others] = own;
  if (first === undefined) return undefined;
  const hits = ({ hitCount = 0 }: SampledNode): number => hitCount;
  const hottest = others.reduce((a, b) => (hits(b) > hits(a) ? b : a), first);
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((id) => [id, node])));
  const stack: SampledNode[] = [];
  for (let node: SampledNode | undefined = hottest; node; node = parents.get(node.id))
    stack.push(node);
  // V8's own entries, such as `(root)`, are no code.
  return stack.filter(({ callFrame }) => callFrame.url !== '').map(toFrame);
}

function toFrame({ callFrame }: SampledNode): InspectorCallFrame {
  const { functionName, url, scriptId, lineNumber, columnNumber } = callFrame;
  return { functionName, url, location: { scriptId, lineNumber, columnNumber } };
}
