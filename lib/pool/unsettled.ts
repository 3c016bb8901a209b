/** How many calls and events are under way, and who waits for the last of them. */
export class Unsettled {
  #count = 0;
  #onIdle: (() => void) | undefined;

  begun(): void {
    this.#count++;
  }

  settled(): void {
    this.#count--;
    this.#check();
  }

  /** `onIdle` is called once, as soon as everything is settled. */
  whenIdle(onIdle: () => void): void {
    this.#onIdle = onIdle;
    this.#check();
  }

  #check(): void {
    if (this.#count > 0 || this.#onIdle === undefined) return;
    const onIdle = this.#onIdle;
    this.#onIdle = undefined;
    onIdle();
  }
}
