/** Attempts on all connections of a pool, of how many there may be at once. Plain fields: the data path counts. */
export class InFlight {
  readonly max: number;
  count = 0;
  /** Something is being encoded, which runs code of the caller. What that asks for has to wait its turn. */
  isSending = false;

  constructor(max: number) {
    this.max = max;
  }

  get isFull(): boolean {
    return this.count >= this.max;
  }
}
