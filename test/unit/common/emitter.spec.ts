import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ListenerErrorHandler } from '../../../lib/common/emitter.js';
import { Emitter } from '../../../lib/common/emitter.js';

interface Events {
  opened: number;
  closed: string;
}

describe('Emitter', () => {
  let emitter: Emitter<Events>;
  let heard: unknown[];

  const hear = (name: string) => (payload: unknown) =>
    void heard.push(`${name} ${String(payload)}`);

  beforeEach(() => {
    emitter = new Emitter();
    heard = [];
  });

  it('calls the listeners of an event in the order in which they came', () => {
    emitter.on('opened', hear('a'));
    emitter.on('opened', hear('b'));
    emitter.on('closed', hear('c'));
    emitter.emit('opened', 1);
    expect(heard).toEqual(['a 1', 'b 1']);
  });

  it('does nothing without listeners', () => {
    expect(() => emitter.emit('opened', 1)).not.toThrow();
  });

  it('calls a listener no more after it was disposed', () => {
    const dispose = emitter.on('opened', hear('a'));
    emitter.on('opened', hear('b'));
    dispose();
    dispose();
    emitter.emit('opened', 1);
    expect(heard).toEqual(['b 1']);
  });

  it('takes the same function twice, each with its own end', () => {
    const listener = hear('a');
    const dispose = emitter.on('opened', listener);
    emitter.on('opened', listener);
    emitter.emit('opened', 1);
    dispose();
    emitter.emit('opened', 2);
    expect(heard).toEqual(['a 1', 'a 1', 'a 2']);
  });

  it('calls a listener no more that an earlier listener of the same event disposes', () => {
    emitter.on('opened', () => disposeB());
    const disposeB = emitter.on('opened', hear('b'));
    emitter.emit('opened', 1);
    expect(heard).toEqual([]);
  });

  it('calls a listener that is added by another from the next event on', () => {
    const dispose = emitter.on('opened', () => {
      dispose();
      emitter.on('opened', hear('late'));
    });
    emitter.emit('opened', 1);
    emitter.emit('opened', 2);
    expect(heard).toEqual(['late 2']);
  });

  it('calls the others when one throws, and reports what it threw', () => {
    const onListenerError = vi.fn<ListenerErrorHandler>();
    emitter = new Emitter(onListenerError);
    const error = new Error('broken');
    emitter.on('opened', () => {
      throw error;
    });
    emitter.on('opened', hear('b'));
    emitter.emit('opened', 1);
    expect(heard).toEqual(['b 1']);
    expect(onListenerError.mock.calls).toEqual([[error, 'opened']]);
  });

  it.each([
    ['an error', new Error('broken'), /broken/],
    ['a text', 'broken', /broken/],
    ['what cannot be printed', Object.create(null), /a listener of "opened" threw/],
  ])('warns of a listener that throws %s, unless told otherwise', (_what, thrown, expected) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    emitter.on('opened', () => {
      throw thrown;
    });
    emitter.on('opened', hear('b'));
    emitter.emit('opened', 1);
    expect(heard).toEqual(['b 1']);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(expected),
      'SocketPoolWarning',
    );
  });

  it('says whether anybody listens', () => {
    expect(emitter.hasListeners('opened')).toBe(false);
    const dispose = emitter.on('opened', hear('a'));
    expect(emitter.hasListeners('opened')).toBe(true);
    expect(emitter.hasListeners('closed')).toBe(false);
    dispose();
    expect(emitter.hasListeners('opened')).toBe(false);
  });

  it('forgets all listeners at once, those of a running event included', () => {
    emitter.on('opened', () => emitter.removeAll());
    const dispose = emitter.on('opened', hear('a'));
    emitter.on('closed', hear('b'));
    emitter.emit('opened', 1);
    emitter.emit('closed', 'x');
    expect(heard).toEqual([]);
    emitter.on('opened', hear('c'));
    dispose();
    emitter.emit('opened', 2);
    expect(heard).toEqual(['c 2']);
  });
});
