/** @typedef {import('./access.js').Access} Access */

const TIME_LIMIT_MS = 10_000;

/** An answer that is none of those one hopes for. */
export class PortError extends Error {
  /**
   * @param {number} status 0 when there was no answer at all
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Another token may help. */
  get asksForToken() {
    return this.status === 401;
  }
}

/** The management port, of which this page is a part. */
export class Port {
  #access;

  /** @param {Access} access */
  constructor(access) {
    this.#access = access;
  }

  /**
   * @param {string} path relative to the page
   * @returns {Promise<any>}
   * @throws PortError
   */
  get(path) {
    return this.#ask(path, {});
  }

  /**
   * @param {string} path relative to the page
   * @returns {Promise<any>}
   * @throws PortError
   */
  post(path) {
    const headers = { 'Content-Type': 'application/json' };
    return this.#ask(path, { method: 'POST', headers, body: '{}' });
  }

  /**
   * The body of an answer that goes on until `signal` ends it.
   *
   * @param {string} path
   * @param {AbortSignal} signal
   * @returns {Promise<ReadableStream<Uint8Array<ArrayBuffer>>>}
   * @throws PortError
   */
  async stream(path, signal) {
    const response = await this.#fetch(path, { headers: { Accept: 'text/event-stream' }, signal });
    if (response.body === null) throw new PortError(response.status, 'an answer without a body');
    return response.body;
  }

  /**
   * @param {string} path
   * @param {Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }} init
   */
  async #ask(path, init) {
    const response = await this.#fetch(path, {
      ...init,
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    });
    return response.json();
  }

  /**
   * @param {string} path
   * @param {Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }} init
   */
  async #fetch(path, init) {
    const headers = { ...init.headers, ...this.#access.headers };
    const response = await fetch(path, { ...init, headers }).catch(noAnswer);
    if (response.ok) return response;
    throw new PortError(response.status, await messageOf(response));
  }
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function noAnswer(error) {
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  throw new PortError(0, isLate ? 'no answer in time' : 'the management port cannot be reached');
}

/** @param {Response} response */
async function messageOf(response) {
  const text = await response.text().catch(() => '');
  try {
    const { message } = JSON.parse(text);
    if (typeof message === 'string') return message;
  } catch {
    // Not ours: the status has to do.
  }
  return `status ${response.status}`;
}
