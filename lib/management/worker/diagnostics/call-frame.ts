/**
 * Where in the code, and nothing more: no arguments, no variables, no source text, as any of them may be
 * a secret of the service.
 */
export interface CallFrame {
  /** `(anonymous)` for a function without a name. */
  readonly functionName: string;
  /** `file:///app/dist/orders.js`, `node:internal/timers`; empty for code made by `eval`. */
  readonly url: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** As the inspector reports a frame; everything else in it is left alone. */
export interface InspectorCallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly location: {
    readonly scriptId: string;
    readonly lineNumber: number;
    readonly columnNumber?: number;
  };
}

const MAX_NAME_LENGTH = 200;
const MAX_URL_LENGTH = 300;

/** Addresses of scripts by their id: frames of a pause do not carry them. */
export type ScriptUrls = ReadonlyMap<string, string>;

export function toCallFrame(frame: InspectorCallFrame, urls: ScriptUrls): CallFrame {
  const { scriptId, lineNumber, columnNumber = 0 } = frame.location;
  return {
    functionName: frame.functionName.slice(0, MAX_NAME_LENGTH) || '(anonymous)',
    url: cleanUrl(frame.url || (urls.get(scriptId) ?? '')),
    line: lineNumber + 1,
    column: columnNumber + 1,
  };
}

/** The address without what may be source text or a secret: the body of a `data:` URL, the query. */
export function cleanUrl(url: string): string {
  const scheme = /^(data|blob):/i.exec(url);
  if (scheme !== null) return scheme[0];
  const path = url.replace(/[?#].*$/s, '');
  return path.length <= MAX_URL_LENGTH ? path : `…${path.slice(1 - MAX_URL_LENGTH)}`;
}

/** `spin (file:///app/dist/orders.js:18:64)`. */
export function describeFrame({ functionName, url, line, column }: CallFrame): string {
  return `${functionName} (${url === '' ? 'eval' : url}:${line}:${column})`;
}
