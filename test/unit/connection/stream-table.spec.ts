import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/common/random.js';
import { StreamTable } from '../../../lib/connection/stream-table.js';

interface Entry {
  readonly streamId: number;
}

const entry = (streamId: number): Entry => ({ streamId });

describe('a table of streams', () => {
  it('finds and gives up what is in it, and nothing else', () => {
    const table = new StreamTable<Entry>();
    const [a, b] = [entry(1), entry(2)];
    table.add(a);
    table.add(b);

    expect(table.get(1)).toBe(a);
    expect(table.get(3)).toBeUndefined();
    expect(table.get(1 + 64)).toBeUndefined();
    expect(table.remove(2)).toBe(b);
    expect(table.remove(2)).toBeUndefined();
    expect(table.size).toBe(1);
  });

  it('keeps a stream that lives long while many others pass', () => {
    const table = new StreamTable<Entry>();
    const old = entry(1);
    table.add(old);
    for (let streamId = 2; streamId < 20_000; streamId++) {
      table.add(entry(streamId));
      expect(table.get(streamId)?.streamId).toBe(streamId);
      expect(table.remove(streamId)?.streamId).toBe(streamId);
    }

    expect(table.get(1)).toBe(old);
    expect(table.size).toBe(1);
  });

  it('holds many at once', () => {
    const table = new StreamTable<Entry>();
    for (let streamId = 1; streamId <= 10_000; streamId++) table.add(entry(streamId));
    expect(table.size).toBe(10_000);
    for (let streamId = 10_000; streamId > 0; streamId--)
      expect(table.remove(streamId)?.streamId).toBe(streamId);

    expect(table.size).toBe(0);
    expect(table.values()).toEqual([]);
  });

  it('lists them oldest first, and can be emptied', () => {
    const table = new StreamTable<Entry>();
    for (const streamId of [5, 70, 69, 6, 133, 4_200]) table.add(entry(streamId));
    const ids = [5, 6, 69, 70, 133, 4_200];

    expect(table.values().map(({ streamId }) => streamId)).toEqual(ids);
    expect(table.takeAll().map(({ streamId }) => streamId)).toEqual(ids);
    expect(table.size).toBe(0);
    expect(table.get(5)).toBeUndefined();
  });

  it('is a map, whatever is done with it', () => {
    const random = seededRandom(7);
    for (let run = 0; run < 20; run++) {
      const table = new StreamTable<Entry>();
      const model = new Map<number, Entry>();
      const keep = random() * 3_000;
      for (let streamId = 1; streamId < 5_000; streamId++) {
        const added = entry(streamId);
        table.add(added);
        model.set(streamId, added);
        while (model.size > keep) {
          const oldest = model.keys().next().value!;
          const victim = random() < 0.5 ? oldest : streamId - Math.floor(random() * keep);
          expect(table.remove(victim)).toBe(model.get(victim));
          model.delete(victim);
        }
      }

      expect(table.size).toBe(model.size);
      expect(table.values()).toEqual([...model.values()]);
    }
  });
});
