/**
 * @typedef {import('../../diagnostics/incident.js').Incident} Incident
 * @typedef {import('../../diagnostics/captured-stack.js').CapturedStack} CapturedStack
 */
import { element, setText } from './element.js';
import { formatSpan, formatTime } from './format.js';
import { Pill } from './pill.js';

/** A time in which the loop was stuck; opened, its stack. */
export class IncidentView {
  #state = new Pill();
  #time = element('span');
  #where = element('span', { class: 'mono' });
  #stack = element('pre');
  root = element(
    'li',
    {},
    element(
      'details',
      {},
      element('summary', {}, this.#state.root, this.#time, this.#where),
      this.#stack,
    ),
  );

  /** @param {Incident} incident */
  show({ startedAt, durationMs, isOver, where, stack }) {
    if (isOver) this.#state.show('over', 'none');
    else this.#state.show('lasts', 'bad');
    const time = formatTime(startedAt);
    setText(this.#time, isOver ? `${time}, for ${formatSpan(durationMs)}` : `since ${time}`);
    setText(this.#where, where);
    setText(this.#stack, stackText(stack, where));
  }
}

/**
 * @param {CapturedStack | undefined} stack
 * @param {string} where
 */
export function stackText(stack, where) {
  if (stack === undefined) return `no stack was captured; ${where}`;
  if (stack.kind !== 'javascript') return where;
  const lines = stack.frames.map(
    ({ functionName, url, line, column }) =>
      `at ${functionName} (${url || 'eval'}:${line}:${column})`,
  );
  if (stack.omittedFrames > 0) lines.push(`… ${stack.omittedFrames} more`);
  return lines.join('\n');
}
