import { describe, expect, it } from 'vitest';
import { binaryDialect } from '../../../lib/protocol/binary/binary-dialect.js';
import type { Role } from '../../../lib/protocol/dialect.js';
import { FrameType } from '../../../lib/protocol/frame.js';
import { nestTcpDialect } from '../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { encodeAll, feed, hello, LIMITS, RecordingEnd, request } from '../../support/frames.js';
import type { Vector } from '../../support/vectors.js';
import { bytesOf, frameOf, readVectors } from '../../support/vectors.js';

const other = (role: Role): Role => (role === 'client' ? 'server' : 'client');
const title = (vector: Vector): string => `${vector.name} (rule ${vector.rule}): ${vector.note}`;

const codeOf = (act: () => void): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('the vectors of the preface', () => {
  for (const vector of readVectors('preface')) {
    it(title(vector), () => {
      const decoder = binaryDialect.open({ role: 'server', limits: LIMITS }).decoder(() => {});
      expect(codeOf(() => feed(decoder, bytesOf(vector), [1]))).toBe(vector.error);
    });
  }

  it('is what an encoder writes first, once', () => {
    const codec = binaryDialect.open({ role: 'client', limits: LIMITS });
    const [preface] = readVectors('preface');
    expect(encodeAll(codec, [hello()]).subarray(0, 8)).toEqual(bytesOf(preface!));
    expect(encodeAll(codec, [{ type: FrameType.Ping, nonce: 1 }]).subarray(0, 4)).toEqual(
      Buffer.from([0, 0, 0, 4]),
    );
  });
});

describe('the vectors of frames', () => {
  for (const vector of readVectors('frames')) {
    it(`${title(vector)}, written`, () => {
      const codec = binaryDialect.open({ role: vector.sender!, limits: LIMITS });
      encodeAll(codec, [hello()]);
      expect(encodeAll(codec, [frameOf(vector)]).toString('hex')).toBe(
        bytesOf(vector).toString('hex'),
      );
    });

    it(`${title(vector)}, read`, () => {
      const role = other(vector.sender!);
      if (vector.frame!.type === FrameType.Hello)
        return expect(readHello(role, vector)).toEqual([frameOf(vector)]);
      expect(new RecordingEnd(binaryDialect, role).receive(bytesOf(vector), [5])).toEqual([
        frameOf(vector),
      ]);
    });
  }

  function readHello(role: Role, vector: Vector): unknown[] {
    const frames: unknown[] = [];
    const decoder = binaryDialect
      .open({ role, limits: LIMITS })
      .decoder((frame) => frames.push(frame));
    feed(decoder, Buffer.concat([bytesOf(readVectors('preface')[0]!), bytesOf(vector)]));
    return frames;
  }
});

describe('the vectors of what is tolerated', () => {
  for (const vector of readVectors('tolerated')) {
    it(title(vector), () => {
      const expected = vector.frame === undefined ? [] : [frameOf(vector)];
      expect(new RecordingEnd(binaryDialect, vector.receiver!).receive(bytesOf(vector))).toEqual(
        expected,
      );
    });
  }
});

describe('the vectors of what is refused', () => {
  for (const vector of readVectors('invalid')) {
    it(title(vector), () => {
      const end = new RecordingEnd(binaryDialect, vector.receiver!);
      expect(codeOf(() => end.receive(bytesOf(vector)))).toBe(vector.error);
      if (vector.fault !== undefined)
        expect(end.frames).toMatchObject([{ fault: { code: vector.fault } }]);
    });
  }
});

describe('the vectors of the stock dialect', () => {
  for (const vector of readVectors('nest-tcp')) {
    it(`${title(vector)}, written`, () => {
      const end = new RecordingEnd(nestTcpDialect, vector.sender!);
      if (vector.sender === 'server') end.receive('35#{"pattern":"any","data":1,"id":"1"}');
      expect(end.send(frameOf(vector)).toString()).toBe(vector.text);
    });

    it(`${title(vector)}, read`, () => {
      const end = new RecordingEnd(nestTcpDialect, other(vector.sender!));
      expect(end.receive(bytesOf(vector), [5])).toEqual([frameOf(vector)]);
    });
  }

  for (const vector of readVectors('nest-tcp-invalid')) {
    it(title(vector), () => {
      const end = new RecordingEnd(nestTcpDialect, vector.receiver!);
      expect(codeOf(() => end.receive(bytesOf(vector)))).toBe(vector.error);
    });
  }
});

it('a stream goes on to be read after one that failed alone', () => {
  const end = new RecordingEnd(binaryDialect, 'server');
  const bad = readVectors('invalid').find((vector) => vector.name === 'bad-json')!;
  const client = new RecordingEnd(binaryDialect, 'client');
  end.receive(Buffer.concat([bytesOf(bad), client.send(request(2))]));
  expect(end.frames).toMatchObject([{ streamId: 1 }, { streamId: 2, fault: undefined }]);
});
