/**
 * Busy is not dead. A peer whose event loop is late answers late, and one that computes for seconds does
 * not answer at all; both will do what they were asked to. A peer that is gone will not. The difference
 * decides about everything in flight, so it is told from signs and not from one time limit:
 *
 *              late, laden                  silent too long, but its beacon vouches for it
 *     ready ────────────────▶ busy ───────────────────────────────────────────▶ stuck
 *       ▲                     │ │ ▲                                            │ │  │
 *       └─ in time, at ease ──┘ │ └───────────────── heard of ─────────────────┘ │  │ nobody vouches,
 *       ▲                       │ silent too long, and nobody vouches            │  │ or not any more
 *       └───────────────────────┼────────────── in time, at ease ────────────────┘  │
 *                               └─────────────────────────▶ dead ◀──────────────────┘
 *
 * A peer that is busy or stuck gets no new work while another is free, and keeps what it has. Only one
 * that is dead is closed.
 */

/** `late`: it did not answer in time. `lag`, `queue`: it answered, and said that it is behind. */
export type BusyReason = 'late' | 'lag' | 'queue';

export type PeerCondition =
  | { readonly kind: 'ready' }
  | { readonly kind: 'busy'; readonly why: BusyReason }
  | { readonly kind: 'stuck' }
  | { readonly kind: 'dead' };

export type PeerSign =
  /** It answered a ping, with what it told of itself. */
  | {
      readonly kind: 'answered';
      /** The answer had been given up as late. */
      readonly wasLate: boolean;
      readonly loopLagMs: number;
      readonly queueAgeMs: number;
    }
  /** A ping should have been answered by now. */
  | { readonly kind: 'late' }
  /** Something arrived. */
  | { readonly kind: 'heard' }
  /** Nothing arrived for as long as a peer may be silent. */
  | { readonly kind: 'silent'; readonly isVouchedFor: boolean };

/** When a peer counts as busy. */
export interface BusyTerms {
  /** Share of the interval after which a ping should have been answered; 1 when nobody looks. */
  readonly lateRatio: number;
  /** The lag of its loop from which on a peer is busy, in ms. */
  readonly busyLagMs: number;
  /** The wait of its oldest call that has not started, from which on a peer is busy, in ms. */
  readonly busyQueueMs: number;
  /** How long a loop may stand still before nobody waits for it any longer, in ms. */
  readonly maxStuckMs: number;
}

/** For an end that sends no work: a peer is there, or it is not. */
export const PLAIN_TERMS: BusyTerms = Object.freeze({
  lateRatio: 1,
  busyLagMs: Infinity,
  busyQueueMs: Infinity,
  maxStuckMs: 0,
});

/** A busy peer is ready again below this share of what made it busy: around a limit it would go to and fro. */
const EASE_RATIO = 0.5;

export const READY: PeerCondition = Object.freeze({ kind: 'ready' });
const STUCK: PeerCondition = Object.freeze({ kind: 'stuck' });
const DEAD: PeerCondition = Object.freeze({ kind: 'dead' });

/** What a sign makes of a condition; the same object where it changes nothing. */
export function afterSign(
  condition: PeerCondition,
  sign: PeerSign,
  terms: BusyTerms,
): PeerCondition {
  if (condition.kind === 'dead') return condition;
  switch (sign.kind) {
    case 'answered':
      return afterAnswer(condition, sign, terms);
    case 'late':
      return condition.kind === 'ready' ? busyBy('late') : condition;
    case 'heard':
      return condition.kind === 'stuck' ? busyBy('late') : condition;
    case 'silent':
      return sign.isVouchedFor ? STUCK : DEAD;
  }
}

function afterAnswer(
  condition: PeerCondition,
  answer: PeerSign & { kind: 'answered' },
  terms: BusyTerms,
): PeerCondition {
  const limitRatio = condition.kind === 'ready' ? 1 : EASE_RATIO;
  const why = reasonIn(answer, terms, limitRatio);
  if (why === undefined) return READY;
  return condition.kind === 'busy' && condition.why === why ? condition : busyBy(why);
}

function reasonIn(
  { wasLate, loopLagMs, queueAgeMs }: PeerSign & { kind: 'answered' },
  { busyLagMs, busyQueueMs }: BusyTerms,
  limitRatio: number,
): BusyReason | undefined {
  if (loopLagMs >= busyLagMs * limitRatio) return 'lag';
  if (queueAgeMs >= busyQueueMs * limitRatio) return 'queue';
  return wasLate ? 'late' : undefined;
}

function busyBy(why: BusyReason): PeerCondition {
  return { kind: 'busy', why };
}

/** What the beacon of a peer said. */
export interface BeaconAnswer {
  /** For how long the loop of the peer has stood still, in ms. */
  readonly stuckMs: number;
}

/**
 * Whether the silence of a peer is that of a loop that stands still. A loop that has turned since would
 * have answered: then the connection is broken, however well the process is.
 *
 * @param quietMs since the first ping that was not answered, as of the question
 * @param graceMs how long a loop that turns may take to answer
 */
export function vouchesFor(
  { stuckMs }: BeaconAnswer,
  quietMs: number,
  graceMs: number,
  { maxStuckMs }: BusyTerms,
): boolean {
  return stuckMs < maxStuckMs && quietMs - stuckMs < graceMs;
}
