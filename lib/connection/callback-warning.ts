/**
 * Callbacks of a connection must not throw. Where one that does would keep others from being settled,
 * it is caught, and said here.
 */
export function warnOfThrown(error: unknown, callback: string): void {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`${callback} of a call threw: ${reason}`, 'SocketPoolWarning');
}
