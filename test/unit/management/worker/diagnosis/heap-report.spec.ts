import { describe, expect, it } from 'vitest';
import { HeapReader } from '../../../../../lib/management/worker/diagnosis/heap-report.js';
import { DiagnosticsError } from '../../../../../lib/management/worker/diagnostics/diagnostics-error.js';
import type { MainThreadSession } from '../../../../../lib/management/worker/diagnostics/main-thread-session.js';
import { WatchedService } from '../../../../support/watched-service.js';

function reader(request: (limitMs: number) => Promise<unknown>) {
  const service = new WatchedService();
  const limits: number[] = [];
  const session = {
    request: (_: string, limitMs: number) => {
      limits.push(limitMs);
      return request(limitMs);
    },
    close: () => undefined,
  };
  const openSession = () => Promise.resolve(session as unknown as MainThreadSession);
  const { clock, loop, view } = service;
  return { service, limits, heap: new HeapReader({ clock, openSession, loop, view }) };
}

const silence = () => Promise.reject(new DiagnosticsError('timeout', 'no answer'));

describe('the heap', () => {
  it('is that of the service’s thread', async () => {
    const { heap } = reader(() => Promise.resolve({ usedSize: 1, totalSize: 2 }));
    await expect(heap.read()).resolves.toMatchObject({
      source: 'heap',
      usedBytes: 1,
      totalBytes: 2,
    });
  });

  it('is that of the last picture where it cannot be asked for', async () => {
    const { heap, service } = reader(silence);
    service.show();
    const { takenAt } = service.view.picture!;
    const picture = { source: 'picture', usedBytes: 1, totalBytes: 2, takenAt };
    await expect(heap.read()).resolves.toEqual(picture);
  });

  it('is not waited for long while the loop stands still', async () => {
    const { heap, service, limits } = reader(silence);
    service.show();
    await heap.read();
    await service.pass(200);
    await heap.read();
    expect(limits).toEqual([900, 70]);
  });

  it('is unknown where there is no picture either', async () => {
    await expect(reader(silence).heap.read()).rejects.toThrow('no answer');
    const broken = reader(() => Promise.reject(new TypeError('a defect')));
    broken.service.show();
    await expect(broken.heap.read()).rejects.toThrow('a defect');
  });
});
