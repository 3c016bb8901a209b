import type {
  InspectorCallback,
  InspectorChannel,
} from '../../lib/management/worker/diagnostics/main-thread-session.js';

type Answer = (callback: InspectorCallback, params: object) => void;

/** The service's side of an inspector session, as a test wants it. What it has no answer for stays unanswered. */
export class FakeInspector implements InspectorChannel {
  readonly posted: string[] = [];
  readonly params: object[] = [];
  connections = 0;
  disconnections = 0;
  private readonly listeners = new Map<string, ((message: { params: unknown }) => void)[]>();

  constructor(readonly answers: Record<string, Answer> = {}) {}

  connectToMainThread(): void {
    this.connections++;
  }

  post(method: string, params: object, callback: InspectorCallback): void {
    this.posted.push(method);
    this.params.push(params);
    this.answers[method]?.(callback, params);
  }

  on(event: string, listener: (message: { params: unknown }) => void): void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  disconnect(): void {
    this.disconnections++;
  }

  emit(event: string, params: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener({ params });
  }
}

/** Answers with a result at once. */
export function answer(result: unknown = {}): Answer {
  return (callback) => callback(null, result);
}
