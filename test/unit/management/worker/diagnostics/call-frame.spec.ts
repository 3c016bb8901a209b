import { describe, expect, it } from 'vitest';
import {
  cleanUrl,
  describeFrame,
  toCallFrame,
} from '../../../../../lib/management/worker/diagnostics/call-frame.js';

const urls = new Map([['9', 'file:///app/dist/orders.js']]);
const at = (functionName: string, scriptId = '9', url = '') => ({
  functionName,
  url,
  location: { scriptId, lineNumber: 17, columnNumber: 63 },
});

describe('a call frame', () => {
  it('is placed by the address of its script, counted from 1', () => {
    const frame = toCallFrame(at('spin'), urls);
    const place = { url: 'file:///app/dist/orders.js', line: 18, column: 64 };
    expect(frame).toEqual({ functionName: 'spin', ...place });
    expect(describeFrame(frame)).toBe('spin (file:///app/dist/orders.js:18:64)');
  });

  it('holds nothing else of what the inspector tells', () => {
    const inspected = { ...at('spin'), this: { value: 'secret' }, scopeChain: ['secret'] };
    expect(JSON.stringify(toCallFrame(inspected, urls))).not.toContain('secret');
  });

  it('may be without a name or an address', () => {
    const frame = toCallFrame(at('', '10'), urls);
    expect(frame).toMatchObject({ functionName: '(anonymous)', url: '' });
    expect(describeFrame(frame)).toBe('(anonymous) (eval:18:64)');
  });

  it('is bounded', () => {
    expect(toCallFrame(at('f'.repeat(1_000)), urls).functionName).toHaveLength(200);
    const long = `file:///${'x'.repeat(1_000)}/orders.js`;
    expect(cleanUrl(long)).toHaveLength(300);
    expect(cleanUrl(long)).toMatch(/^…x+\/orders\.js$/);
  });

  it.each([
    ['data:text/javascript,const key = "secret"', 'data:'],
    ['file:///app/a.js?token=secret#secret', 'file:///app/a.js'],
    ['file:///app/a.js?x\nsecret', 'file:///app/a.js'],
    ['node:internal/timers', 'node:internal/timers'],
  ])('shows no source text and no query: %j', (url, clean) => {
    expect(cleanUrl(url)).toBe(clean);
  });
});
