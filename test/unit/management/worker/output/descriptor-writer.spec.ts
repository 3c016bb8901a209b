import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DescriptorWriter } from '../../../../../lib/management/worker/output/descriptor-writer.js';

describe('a writer to a descriptor', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'writer-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes to a file where the file is', () => {
    const path = join(folder, 'log');
    const descriptor = openSync(path, 'w');
    const writer = new DescriptorWriter(descriptor);
    writer.write('one\n');
    writer.write('two\n');
    writer.close();
    closeSync(descriptor);
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  it.runIf(process.platform === 'linux')('never waits for a pipe that nobody reads', () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    // Blocking, as a service's own end of its log is.
    const descriptor = openSync(path, 'w');
    const writer = new DescriptorWriter(descriptor);
    writer.write('first\n');
    for (let i = 0; i < 100; i++) writer.write('x'.repeat(10_000));
    const buffer = Buffer.alloc(6);
    readSync(reader, buffer);
    expect(buffer.toString()).toBe('first\n');
    writer.close();
    closeSync(descriptor);
    closeSync(reader);
  });

  it('loses what it writes to a descriptor that is closed', () => {
    const descriptor = openSync(join(folder, 'log'), 'w');
    const writer = new DescriptorWriter(descriptor);
    closeSync(descriptor);
    expect(() => writer.write('nobody hears this')).not.toThrow();
    expect(() => writer.close()).not.toThrow();
  });
});
