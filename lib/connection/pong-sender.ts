import { FrameType } from '../protocol/frame.js';
import type { FramedLink } from './framed-link.js';

/** More would pile up here for a peer that sends pings and does not read. */
const MAX_UNREAD_PONGS = 10_000;

export interface PongSenderOptions {
  /** How late the loop of this process runs, in ms. */
  readonly loopLagMs: () => number;
  /** How long the oldest call that has not started has waited here, in ms. */
  readonly queueAgeMs: () => number;
  /** The peer leaves too many answers unread. */
  readonly onUnread: (what: string) => void;
}

/** Answers the pings of the peer with how busy this process is. */
export class PongSender {
  readonly #framed: FramedLink;
  readonly #options: PongSenderOptions;
  #unread = 0;

  constructor(framed: FramedLink, options: PongSenderOptions) {
    this.#framed = framed;
    this.#options = options;
  }

  answer(nonce: number): void {
    if (this.#framed.unreadBytes === 0) this.#unread = 0;
    else if (++this.#unread > MAX_UNREAD_PONGS) {
      this.#options.onUnread(`it sent ${MAX_UNREAD_PONGS} pings and does not read the answers`);
      return;
    }
    const loopLagMs = Math.round(this.#options.loopLagMs());
    const queueAgeMs = Math.round(this.#options.queueAgeMs());
    this.#framed.send({ type: FrameType.Pong, nonce, loopLagMs, queueAgeMs });
  }
}
