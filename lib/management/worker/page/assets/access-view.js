/** @typedef {import('./access.js').Access} Access */
import { byId, setText } from './element.js';

/** The field for the token. */
export class AccessView {
  #access;
  #details = /** @type {HTMLDetailsElement} */ (byId('access'));
  #input = /** @type {HTMLInputElement} */ (byId('token'));

  /** @param {Access} access */
  constructor(access) {
    this.#access = access;
    byId('access-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#use(this.#input.value);
    });
    byId('forget').addEventListener('click', () => this.#use(''));
    this.#details.hidden = !access.needsToken;
    byId('actions').hidden = !access.mayAct;
    byId('actions-off').hidden = access.mayAct;
    this.#show();
  }

  /** Opens the field and puts the cursor there. */
  ask() {
    this.#details.open = true;
    this.#input.focus();
  }

  /** @param {string} token */
  #use(token) {
    this.#access.use(token);
    this.#input.value = '';
    this.#details.open = false;
    byId('access-summary').focus();
    this.#show();
  }

  #show() {
    const { hasToken } = this.#access;
    setText(byId('access-summary'), hasToken ? 'Token in use' : 'Token');
    byId('forget').hidden = !hasToken;
  }
}
