/**
 * @typedef {Node | string | undefined} Child
 * @typedef {string | boolean | EventListener | undefined} Property
 */

/**
 * An element with its attributes, `text`, and `on…` listeners. Text is always text: what a service sends
 * is never taken for markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Property>} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) setProperty(made, name, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/**
 * @param {HTMLElement} target
 * @param {string} name
 * @param {Property} value
 */
function setProperty(target, name, value) {
  if (value === undefined || value === false) return;
  if (typeof value === 'function') target.addEventListener(name.slice('on'.length), value);
  else if (name === 'text') target.textContent = String(value);
  else target.setAttribute(name, value === true ? '' : value);
}

/**
 * Touches the document only when something changed: screen readers announce what is touched.
 *
 * @param {Element} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * @param {Element} target
 * @param {string} name
 * @param {string | undefined} value `undefined` removes it
 */
export function setAttribute(target, name, value) {
  if (value === undefined) target.removeAttribute(name);
  else if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 * @throws Error when the page has no such element
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
}
