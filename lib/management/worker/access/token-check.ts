import { createHash, timingSafeEqual } from 'node:crypto';

/** `open`: no token was shown, or a wrong one. */
export type AccessLevel = 'open' | 'read' | 'act';

/**
 * Compares tokens in a time that tells nothing about them: digests of one length, and both of them
 * whatever the first comparison said.
 */
export class TokenCheck {
  private readonly act: Buffer | undefined;
  private readonly read: Buffer | undefined;

  constructor(tokens: { readonly token?: string; readonly readToken?: string }) {
    this.act = digestOf(tokens.token);
    this.read = digestOf(tokens.readToken);
  }

  /** Whether there is anything that a token would open. */
  get isReadingProtected(): boolean {
    return this.act !== undefined || this.read !== undefined;
  }

  /** Without a token to act nobody may, wherever the port listens. */
  get isActingPossible(): boolean {
    return this.act !== undefined;
  }

  /** What the header allows; without any configured token everybody may read. */
  levelOf(authorization: string | undefined): AccessLevel {
    const given = digestOf(/^Bearer ([\x21-\x7e]{1,1024})$/i.exec(authorization ?? '')?.[1] ?? '');
    const mayAct = isEqual(given, this.act);
    const mayRead = isEqual(given, this.read);
    if (mayAct) return 'act';
    return mayRead || !this.isReadingProtected ? 'read' : 'open';
  }
}

function digestOf(token: string | undefined): Buffer | undefined {
  return token === undefined ? undefined : createHash('sha256').update(token).digest();
}

function isEqual(given: Buffer | undefined, expected: Buffer | undefined): boolean {
  return given !== undefined && expected !== undefined && timingSafeEqual(given, expected);
}
