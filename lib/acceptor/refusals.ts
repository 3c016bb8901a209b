import type { Link } from '../link/link.js';
import { GoAwayReason } from '../protocol/frame.js';
import type { Admission } from './admission.js';
import type { RefusalTerms } from './refusal.js';
import { Refusal } from './refusal.js';

/** Admissions that were not given. */
export type Refused = Exclude<Admission, { verdict: 'admit' }>;

/** The links that are being turned away. */
export class Refusals {
  readonly #terms: Pick<RefusalTerms, 'clock' | 'connect'>;
  readonly #refusals = new Set<Refusal>();

  constructor(terms: Pick<RefusalTerms, 'clock' | 'connect'>) {
    this.#terms = terms;
  }

  get size(): number {
    return this.#refusals.size;
  }

  /** Turns a link away, with a word where that is wanted. */
  refuse(link: Link, { verdict, cause }: Refused, message: string): void {
    if (verdict === 'drop') {
      link.destroy();
      return;
    }
    const reason = cause === 'offline' ? GoAwayReason.Offline : GoAwayReason.TooManyConnections;
    const onClosed = (): void => void this.#refusals.delete(refusal);
    const refusal: Refusal = new Refusal(link, { ...this.#terms, reason, message, onClosed });
    this.#refusals.add(refusal);
    refusal.start();
  }

  destroy(): void {
    for (const refusal of [...this.#refusals]) refusal.destroy();
  }
}
