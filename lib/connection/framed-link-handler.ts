import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Frame, PongFrame } from '../protocol/frame.js';
import type { PeerCondition } from './peer-condition.js';

/** `other`: a defect of this end. */
export type ViolationCause = 'protocolError' | 'messageTimeout' | 'other';

export interface FramedLinkHandler {
  /** Every frame but pings and pongs. */
  onFrame(frame: Frame): void;
  /** A pong arrived; it tells how busy the peer is. */
  onPong(frame: PongFrame): void;
  /** The peer became busy or stuck, or is ready again. */
  onCondition?(condition: PeerCondition): void;
  /** All frames of a chunk were handed over, or the budget of the turn is used up. */
  onRead(): void;
  /** What was sent so far is with the link. */
  onFlushed(): void;
  /** The kernel has taken all that was pending. */
  onDrain(): void;
  /** The peer will send nothing more; whoever is told closes or destroys the link. */
  onEnd(): void;
  /** Bytes arrived that break the protocol, or cost too much; unless it is closed here, the link is destroyed. */
  onViolation(error: SocketPoolError, cause: ViolationCause): void;
  /** Exactly once, and nothing after it. */
  onClosed(error: Error | undefined): void;
}
