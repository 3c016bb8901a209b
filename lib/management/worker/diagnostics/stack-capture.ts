import { isInEventWait, type ThreadState } from '../kernel/thread-state.js';
import type { WorkerClock } from '../worker-clock.js';
import { toCallFrame, type InspectorCallFrame } from './call-frame.js';
import type { CapturedStack } from './captured-stack.js';
import { DiagnosticsError } from './diagnostics-error.js';
import type { MainThreadSession } from './main-thread-session.js';
import { sampleStack } from './sampled-stack.js';

export interface StackCaptureParts {
  readonly clock: WorkerClock;
  readonly openSession: () => Promise<MainThreadSession>;
  /** The kernel's word on the service's thread; must not throw. */
  readonly readThread: () => ThreadState | undefined;
  /** Whether the service's loop beats: only then does waiting for events mean idle. */
  readonly isBeating: () => boolean;
  /** How long the pause may take to come; 900 ms by default, so that an answer is out within 1.1 s. */
  readonly limitMs?: number;
  /** 50 by default. */
  readonly maxFrames?: number;
}

const DEFAULT_LIMIT_MS = 900;
const DEFAULT_MAX_FRAMES = 50;
/** Times that a thread is paused in search of a frame that is not Node's own. */
const MAX_PAUSES = 5;
/** For each pause after the first, and for samples: a thread that was paused runs JavaScript, and answers. */
const AGAIN_LIMIT_MS = 500;

/** Messages of the inspector's `Debugger.paused` and `Debugger.scriptParsed`. */
interface Pause {
  readonly callFrames: readonly InspectorCallFrame[];
}
interface ParsedScript {
  readonly scriptId: string;
  readonly url: string;
}

interface SearchTerms {
  readonly session: MainThreadSession;
  /** There is one listener at a time. */
  readonly listen: (listener: (pause: Pause) => void) => void;
  /** Of the first pause, in ms. */
  readonly limitMs: number;
  readonly urls: ReadonlyMap<string, string>;
}

/** What a pause showed. */
interface Finding {
  readonly pause: Pause;
  readonly urls: ReadonlyMap<string, string>;
  readonly isHeldByDebugger: boolean;
}

/**
 * Takes the stack of the service's thread: pauses it, reads where it is, lets it go on. An idle thread is
 * left alone; one that runs is held for some milliseconds, a stuck one as well.
 */
export class StackCapture {
  private running: Promise<CapturedStack> | undefined;

  constructor(private readonly parts: StackCaptureParts) {}

  /** Never rejects. Whoever asks while one is being taken gets the same. */
  capture(): Promise<CapturedStack> {
    this.running ??= this.take().finally(() => (this.running = undefined));
    return this.running;
  }

  private async take(): Promise<CapturedStack> {
    const { clock, readThread } = this.parts;
    const startedAt = clock.now();
    const thread = readThread();
    const when = () => ({ takenAt: clock.wallNow(), tookMs: clock.now() - startedAt });
    if (this.isIdle(thread)) return { kind: 'idle', ...when(), thread };
    try {
      const finding = await this.find();
      return { ...this.picture(finding), ...when(), thread };
    } catch (error) {
      const isSilent = error instanceof DiagnosticsError && error.failure === 'timeout';
      if (!isSilent)
        return { kind: 'unavailable', reason: (error as Error).message, ...when(), thread };
      const later = readThread();
      return { kind: this.isIdle(later) ? 'idle' : 'native', ...when(), thread: later };
    }
  }

  private isIdle(thread: ThreadState | undefined): boolean {
    return thread !== undefined && isInEventWait(thread) && this.parts.isBeating();
  }

  private async find(): Promise<Finding> {
    const { clock, openSession, limitMs = DEFAULT_LIMIT_MS } = this.parts;
    const deadline = clock.now() + limitMs;
    const session = await openSession();
    try {
      const urls = new Map<string, string>();
      session.on('Debugger.scriptParsed', (params) => {
        const { scriptId, url } = params as ParsedScript;
        if (url !== '') urls.set(scriptId, url);
      });
      let onPause: (pause: Pause) => void = (pause) => (held ??= pause);
      let held: Pause | undefined;
      session.on('Debugger.paused', (params) => onPause(params as Pause));
      await session.request('Debugger.enable', limitMs);
      // Paused before it was asked to be: somebody else's pause, which is theirs to end.
      if (held !== undefined) return { pause: held, urls, isHeldByDebugger: true };
      const listen = (listener: typeof onPause) => (onPause = listener);
      const terms = { session, listen, limitMs: Math.max(deadline - clock.now(), 0), urls };
      const callFrames = await this.sampled(await this.search(terms), terms);
      return { pause: { callFrames }, urls, isHeldByDebugger: false };
    } finally {
      session.close();
    }
  }

  /**
   * Between two microtasks, and in a built-in function, there is nothing on the stack but Node's own loop: so
   * it is paused again until there is, a few times.
   */
  private async search(terms: SearchTerms): Promise<Pause> {
    let pause = await this.pause(terms);
    for (let count = 1; count < MAX_PAUSES && isNodeAlone(pause, terms.urls); count++) {
      const next = await this.pause({ ...terms, limitMs: AGAIN_LIMIT_MS }).catch(() => undefined);
      if (next === undefined) break;
      pause = next;
    }
    return pause;
  }

  /** What samples say where pauses had nothing to say; the pause itself when neither have. */
  private async sampled(pause: Pause, terms: SearchTerms): Promise<Pause['callFrames']> {
    if (!isNodeAlone(pause, terms.urls)) return pause.callFrames;
    const { clock } = this.parts;
    const frames = await sampleStack(terms.session, clock, AGAIN_LIMIT_MS).catch(() => undefined);
    return frames ?? pause.callFrames;
  }

  private pause({ session, listen, limitMs }: SearchTerms): Promise<Pause> {
    return new Promise((resolve, reject) => {
      const expire = () => reject(new DiagnosticsError('timeout', 'no JavaScript to pause'));
      const limit = this.parts.clock.schedule(limitMs, expire, true);
      listen((pause) => {
        session.send('Debugger.resume');
        limit.cancel();
        resolve(pause);
      });
      session.request('Debugger.pause', limitMs).catch((error: Error) => {
        limit.cancel();
        reject(error);
      });
    });
  }

  private picture({ pause, urls, isHeldByDebugger }: Finding) {
    const { maxFrames = DEFAULT_MAX_FRAMES } = this.parts;
    const frames = pause.callFrames.slice(0, maxFrames).map((frame) => toCallFrame(frame, urls));
    const omittedFrames = pause.callFrames.length - frames.length;
    return { kind: 'javascript' as const, frames, omittedFrames, isHeldByDebugger };
  }
}

function isNodeAlone({ callFrames }: Pause, urls: ReadonlyMap<string, string>): boolean {
  return callFrames.every((frame) => toCallFrame(frame, urls).url.startsWith('node:'));
}
