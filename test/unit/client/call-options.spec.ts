import { describe, expect, it } from 'vitest';
import { checkCallOptions } from '../../../lib/client/call-options.js';

describe('the options of a call', () => {
  it.each([
    [{}],
    [{ deadlineMs: 0, metadata: {}, idempotent: false }],
    [{ idempotencyKey: 'k'.repeat(200) }],
    [{ deadlineMs: undefined, signal: undefined }],
    [{ signal: new AbortController().signal }],
    [{ stickyKey: 'tenant 7' }],
  ])('are accepted in order: %j', (options) => {
    expect(() => checkCallOptions(options, 'request()')).not.toThrow();
  });

  it('are refused with all that is wrong', () => {
    const options = { deadlineMs: '5', stickyKey: '', signal: {}, timeout: 5 } as never;
    expect(() => checkCallOptions(options, 'request()')).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        message: expect.stringMatching(
          /request\(\)(.|\n)*timeout(.|\n)*deadlineMs(.|\n)*stickyKey(.|\n)*signal/,
        ),
      }),
    );
  });
});
