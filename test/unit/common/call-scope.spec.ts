import { describe, expect, it } from 'vitest';
import { CallScopes } from '../../../lib/common/call-scope.js';
import { ScriptedScope } from '../../support/scripted-scope.js';

describe('a scope', () => {
  it('is current within the work, and in what the work brings about', async () => {
    const scopes = new CallScopes();
    const scope = new ScriptedScope();
    const later = scopes.enter(scope, async () => {
      const atOnce = scopes.current;
      await Promise.resolve();
      return [atOnce, scopes.current];
    });
    expect(scopes.current).toBeUndefined();
    expect(await later).toEqual([scope, scope]);
  });

  it('is left by what outlives the work', async () => {
    const scopes = new CallScopes();
    const scope = new ScriptedScope();
    const seen = await scopes.enter(scope, async () => {
      const outside = await scopes.leave(async () => {
        await Promise.resolve();
        return scopes.current;
      });
      return [outside, scopes.current];
    });
    expect(seen).toEqual([undefined, scope]);
  });

  it('of one request is not seen by another', async () => {
    const scopes = new CallScopes();
    const [first, second] = [new ScriptedScope(), new ScriptedScope()];
    const look = async () => {
      await Promise.resolve();
      return scopes.current;
    };
    const both = await Promise.all([scopes.enter(first, look), scopes.enter(second, look)]);
    expect(both[0]).toBe(first);
    expect(both[1]).toBe(second);
  });
});

describe('scopes', () => {
  it('are inherited as long as there is an heir', () => {
    const scopes = new CallScopes();
    expect(scopes.isInherited).toBe(false);
    const leaveFirst = scopes.join();
    const leaveSecond = scopes.join();
    leaveFirst();
    leaveFirst();
    expect(scopes.isInherited).toBe(true);
    leaveSecond();
    expect(scopes.isInherited).toBe(false);
  });

  it('are switched off with the last heir, and on again with the next', () => {
    const scopes = new CallScopes();
    const scope = new ScriptedScope();
    const leave = scopes.join();
    scopes.enter(scope, () => {
      leave();
      expect(scopes.current).toBeUndefined();
    });
    scopes.join();
    expect(scopes.enter(scope, () => scopes.current)).toBe(scope);
  });
});
