import { describe, expect, it } from 'vitest';
import { WatchedService } from '../../../../support/watched-service.js';

describe('the view of the service', () => {
  it('has nothing at first', () => {
    const { view } = new WatchedService();
    expect([view.picture, view.ageMs]).toEqual([undefined, undefined]);
  });

  it('knows how old its picture is, the way of it included', () => {
    const service = new WatchedService();
    const picture = service.picture();
    service.clock.advance(30);
    service.view.accept(picture);
    expect(service.view.ageMs).toBe(30);
    service.clock.advance(1_000);
    expect(service.view.ageMs).toBe(1_030);
  });

  it('is not misled by a wall clock that is behind', () => {
    const service = new WatchedService();
    service.view.accept(service.picture({ takenAt: service.clock.wallNow() + 60_000 }));
    expect(service.view.ageMs).toBe(0);
  });

  it('tells of every picture', () => {
    const service = new WatchedService();
    const seen: number[] = [];
    const dispose = service.view.onPicture(({ takenAt }) => seen.push(takenAt));
    service.show({ takenAt: 1 });
    service.show({ takenAt: 2 });
    dispose();
    service.show({ takenAt: 3 });
    expect(seen).toEqual([1, 2]);
  });
});
