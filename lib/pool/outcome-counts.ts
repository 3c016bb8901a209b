/** So many of the last calls are remembered one by one, as bits. */
const RECENT_CALLS = 8;
const RECENT_MASK = 2 ** RECENT_CALLS - 1;

/**
 * How the calls to one endpoint ended lately. On the data path, so recording one is a few assignments:
 * nothing is allocated, and the clock is not read. Instead the window moves on when it is told to.
 */
export class OutcomeCounts {
  #succeeded = 0;
  #failed = 0;
  /** Of the window before, so that there is no moment at which nothing is known. */
  #succeededBefore = 0;
  #failedBefore = 0;
  /** A bit for each of the last calls, 1 for a failure, the last one lowest; above them a 1 that tells how many. */
  #recent = 1;
  #failedInRow = 0;
  #unansweredInRow = 0;

  get succeeded(): number {
    return this.#succeeded + this.#succeededBefore;
  }

  get failed(): number {
    return this.#failed + this.#failedBefore;
  }

  get recentCalls(): number {
    return 31 - Math.clz32(this.#recent);
  }

  get recentFailures(): number {
    let failures = -1;
    for (let bits = this.#recent; bits > 0; bits &= bits - 1) failures++;
    return failures;
  }

  get failedInRow(): number {
    return this.#failedInRow;
  }

  get unansweredInRow(): number {
    return this.#unansweredInRow;
  }

  success(): void {
    this.#succeeded++;
    this.#failedInRow = 0;
    this.#unansweredInRow = 0;
    this.#remember(0);
  }

  /** @param isAnswered the peer lives: it answered with a failure */
  failure(isAnswered: boolean): void {
    this.#failed++;
    this.#failedInRow++;
    this.#unansweredInRow = isAnswered ? 0 : this.#unansweredInRow + 1;
    this.#remember(1);
  }

  /** A connection could not be made: no call failed, but it tells the same of the endpoint. */
  connectFailure(): void {
    this.#failedInRow++;
    this.#unansweredInRow++;
  }

  /** The next window begins; the one before the last is forgotten. */
  rotate(): void {
    this.#succeededBefore = this.#succeeded;
    this.#failedBefore = this.#failed;
    this.#succeeded = this.#failed = 0;
  }

  /** Nothing is known any more. */
  reset(): void {
    this.rotate();
    this.rotate();
    this.#recent = 1;
    this.#failedInRow = this.#unansweredInRow = 0;
  }

  #remember(bit: number): void {
    const recent = (this.#recent << 1) | bit;
    this.#recent = recent > RECENT_MASK ? (recent & RECENT_MASK) | (RECENT_MASK + 1) : recent;
  }
}
