import type { LinkStream } from 'nestjs-socket-pool';
import { encodeFrame, FrameReader } from './length-frame.js';

/** The server answered, and the answer is no. The connection is as good as before. */
export class LegacyError extends Error {}

interface Question {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The old protocol on one link. The pool sees to it that one caller has it at a time. */
export class LegacyClient {
  private readonly reader = new FrameReader();
  private question: Question | undefined;
  private lastError: Error | undefined;

  constructor(private readonly link: LinkStream) {
    link.on('data', (chunk: Buffer) => this.onData(chunk));
    link.on('error', (error) => (this.lastError = error));
    link.on('close', () => this.onClose());
  }

  /** @throws LegacyError when the server refuses; Error when the link is lost */
  ask<Answer>(question: object): Promise<Answer> {
    if (this.question !== undefined) return Promise.reject(new Error('one question at a time'));
    if (this.link.destroyed) return Promise.reject(new Error('the link is closed'));
    return new Promise<unknown>((resolve, reject) => {
      this.question = { resolve, reject };
      this.link.write(encodeFrame(question));
    }) as Promise<Answer>;
  }

  async ping(): Promise<boolean> {
    const { pong } = await this.ask<{ pong?: boolean }>({ op: 'ping' });
    return pong === true;
  }

  private onData(chunk: Buffer): void {
    try {
      for (const answer of this.reader.read(chunk)) this.onAnswer(answer);
    } catch (error) {
      this.link.destroy(error as Error);
    }
  }

  private onAnswer(answer: unknown): void {
    const { question } = this;
    this.question = undefined;
    const { error } = answer as { error?: string };
    if (error === undefined) question?.resolve(answer);
    else question?.reject(new LegacyError(error));
  }

  private onClose(): void {
    const why = this.lastError?.message ?? 'the server closed it';
    this.question?.reject(new Error(`the link was lost: ${why}`));
    this.question = undefined;
  }
}
