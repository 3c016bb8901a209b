import { describe, expect, it } from 'vitest';
import { EventStream } from '../../../../../../lib/management/worker/page/assets/event-stream.js';

describe('the stream of events', () => {
  it('is taken apart wherever the network cut it', () => {
    const text = 'retry: 2000\ndata: {"a":1}\n\n: a comment\n\ndata:{"b":\ndata: 2}\n\n';
    for (let cut = 0; cut <= text.length; cut++) {
      const stream = new EventStream();
      const events = [...stream.push(text.slice(0, cut)), ...stream.push(text.slice(cut))];
      expect(events).toEqual(['{"a":1}', '{"b":\n2}']);
    }
  });

  it('gives up on an event without an end', () => {
    const stream = new EventStream();
    const chunk = 'x'.repeat(1_024 * 1_024);
    expect(() => {
      for (let sent = 0; sent < 32; sent++) stream.push(chunk);
    }).toThrow('too much');
  });
});
