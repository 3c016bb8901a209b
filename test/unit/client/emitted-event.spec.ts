import type { Observable } from 'rxjs';
import { connectable, firstValueFrom, lastValueFrom, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { EmittedEvent } from '../../../lib/client/emitted-event.js';

interface Emission {
  readonly observable: Observable<unknown>;
  written(): void;
  failed(error: unknown): void;
}

function ours(): Emission {
  const event = new EmittedEvent();
  return {
    observable: event.toObservable(),
    written: () => event.complete(),
    failed: (error) => event.error(error),
  };
}

/** As ClientProxy makes it. */
function stock(): Emission {
  const outcome = new Subject<unknown>();
  const observable = connectable(outcome, {
    connector: () => new Subject(),
    resetOnDisconnect: false,
  });
  observable.connect();
  return {
    observable,
    written: () => {
      outcome.next(undefined);
      outcome.complete();
    },
    failed: (error) => outcome.error(error),
  };
}

function listen(observable: Observable<unknown>): unknown[] {
  const heard: unknown[] = [];
  observable.subscribe({
    next: (value) => heard.push(['next', value]),
    complete: () => heard.push('complete'),
    error: (error: unknown) => heard.push(['error', error]),
  });
  return heard;
}

describe.each([
  ['EmittedEvent', ours],
  ['what ClientProxy makes', stock],
])('%s', (_, make) => {
  it('tells every subscriber when the event is written', () => {
    const emission = make();
    const heard = [listen(emission.observable), listen(emission.observable)];
    expect(heard).toEqual([[], []]);
    emission.written();
    expect(heard).toEqual([
      [['next', undefined], 'complete'],
      [['next', undefined], 'complete'],
    ]);
  });

  it('tells every subscriber of the failure, late ones too', () => {
    const emission = make();
    const early = listen(emission.observable);
    emission.failed('lost');
    expect(early).toEqual([['error', 'lost']]);
    expect(listen(emission.observable)).toEqual([['error', 'lost']]);
  });

  it('harms nobody when it fails and nobody listens', () => {
    expect(() => make().failed(new Error('lost'))).not.toThrow();
  });

  it('tells nothing to who left', () => {
    const emission = make();
    const heard: unknown[] = [];
    const subscription = emission.observable.subscribe((value) => heard.push(value));
    subscription.unsubscribe();
    emission.written();
    expect(heard).toEqual([]);
  });

  it('completes for late subscribers', () => {
    const emission = make();
    emission.written();
    expect(listen(emission.observable).at(-1)).toBe('complete');
  });
});

describe('EmittedEvent that is written before anybody could subscribe', () => {
  it('still has a value for those who await one', async () => {
    const { observable, written } = ours();
    written();
    await expect(firstValueFrom(observable)).resolves.toBeUndefined();
    await expect(lastValueFrom(observable)).resolves.toBeUndefined();
  });
});
