const KEY = 'management-token';

/** The token, for this tab and until it is closed. */
export class Access {
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** Where the browser keeps nothing, the token lives as long as the page. @type {string} */
  #token = read();

  /** @param {{ needsToken: boolean, mayAct: boolean }} port what the port asks for */
  constructor({ needsToken, mayAct }) {
    this.needsToken = needsToken;
    this.mayAct = mayAct;
  }

  get hasToken() {
    return this.#token !== '';
  }

  /** Asking makes no sense: the answer would be a refusal. */
  get isMissing() {
    return this.needsToken && !this.hasToken;
  }

  /** @param {string} token empty to forget it */
  use(token) {
    this.#token = token.trim();
    write(this.#token);
    for (const listener of this.#listeners) listener();
  }

  /** @param {() => void} listener told of another token */
  onChange(listener) {
    this.#listeners.add(listener);
  }

  /** @returns {Record<string, string>} */
  get headers() {
    return this.hasToken ? { Authorization: `Bearer ${this.#token}` } : {};
  }
}

function read() {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

/** @param {string} token */
function write(token) {
  try {
    if (token === '') sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // Storage is switched off.
  }
}
