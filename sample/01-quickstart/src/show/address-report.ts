/** What a service tells the launcher once it can be reached. */
export interface AddressReport {
  readonly address: string;
  /** Of its management port, where it has one. */
  readonly management?: string;
}

/** Tells the launcher where this process listens; says it in the log when it was started by hand. */
export function reportAddress(address: string, management?: string): void {
  if (process.send !== undefined) process.send({ address, management } satisfies AddressReport);
  else
    console.log(
      `listening at ${address}${management === undefined ? '' : `, management at ${management}`}`,
    );
}
