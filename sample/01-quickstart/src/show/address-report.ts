/** What a service tells the launcher once it can be reached. */
export interface AddressReport {
  readonly address: string;
}

/** Tells the launcher where this process listens; says it in the log when it was started by hand. */
export function reportAddress(address: string): void {
  if (process.send === undefined) console.log(`listening at ${address}`);
  else process.send({ address } satisfies AddressReport);
}
