/** No event of the feed is nearly as long. */
const MAX_PENDING_CHARACTERS = 16 * 1_024 * 1_024;

/**
 * Takes server-sent events apart. `EventSource` would do that too, but cannot send a token.
 */
export class EventStream {
  #pending = '';

  /**
   * @param {string} text as it arrives, cut anywhere
   * @returns {string[]} the data of the events that are complete
   * @throws Error for an event that is too long
   */
  push(text) {
    this.#pending += text.replaceAll('\r\n', '\n');
    if (this.#pending.length > MAX_PENDING_CHARACTERS) throw new Error('the feed sent too much');
    const blocks = this.#pending.split('\n\n');
    this.#pending = blocks.pop() ?? '';
    return blocks.map(dataOf).filter((data) => data !== '');
  }
}

/** @param {string} block */
function dataOf(block) {
  return block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).replace(/^ /, ''))
    .join('\n');
}
