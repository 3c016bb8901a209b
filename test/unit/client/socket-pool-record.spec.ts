import { describe, expect, it } from 'vitest';
import {
  SocketPoolRecord,
  SocketPoolRecordBuilder,
} from '../../../lib/client/socket-pool-record.js';

describe('SocketPoolRecordBuilder', () => {
  it('makes a record of data and options', () => {
    const record = new SocketPoolRecordBuilder({ id: 1 })
      .setDeadlineMs(500)
      .setMetadata({ tenant: 'a' })
      .setIdempotent()
      .setIdempotencyKey('order-7')
      .setStickyKey('tenant 7')
      .build();
    expect(record).toBeInstanceOf(SocketPoolRecord);
    expect(record.data).toEqual({ id: 1 });
    expect(record.options).toEqual({
      deadlineMs: 500,
      metadata: { tenant: 'a' },
      idempotent: true,
      idempotencyKey: 'order-7',
      stickyKey: 'tenant 7',
    });
  });

  it('may be given the data later', () => {
    expect(new SocketPoolRecordBuilder<number>().setData(7).build().data).toBe(7);
  });

  it('makes records that do not change when it is used again', () => {
    const builder = new SocketPoolRecordBuilder(1).setDeadlineMs(5);
    const first = builder.build();
    builder.setDeadlineMs(6);
    expect(first.options.deadlineMs).toBe(5);
  });

  it('refuses all that is out of range in one error', () => {
    const builder = new SocketPoolRecordBuilder(1)
      .setDeadlineMs(-1)
      .setMetadata([] as never)
      .setIdempotent('yes' as never)
      .setIdempotencyKey('');
    expect(() => builder.build()).toThrow(
      /4 options .*SocketPoolRecord:\n.*deadlineMs: -1.*\n.*metadata: \[\].*\n.*idempotent: 'yes'.*\n.*idempotencyKey: ''/,
    );
  });
});
