/** What a link reports. Each method is called by the link; none may throw. */
export interface LinkHandler {
  /** Bytes arrived. The chunk belongs to the handler. */
  onData(chunk: Buffer): void;
  /** All that was written has been handed to the kernel, after `pendingBytes` had been above zero. */
  onDrain(): void;
  /** The peer will send nothing more (FIN). */
  onEnd(): void;
  /** The link is closed, exactly once, and reports nothing after it. `error` is why, if it was not wanted. */
  onClose(error: Error | undefined): void;
}

/** A raw duplex byte stream: tcp, tls or unix. It knows bytes, no frames. */
export interface Link {
  /** For people: `10.0.0.7:4000`, `/run/x.sock`. */
  readonly remote: string;
  readonly local: string;
  /** The host address of the peer without the port; empty for unix sockets. */
  readonly remoteHost: string;
  /** TLS with a verified peer: the certificate's subject common name. */
  readonly peerName: string | undefined;
  /** Bytes written but not yet taken by the kernel. */
  readonly pendingBytes: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly isClosed: boolean;

  /** Starts the delivery of events; bytes that arrived before are not lost. */
  start(handler: LinkHandler): void;

  /**
   * Writes bytes. The buffer belongs to the link until `pendingBytes` has returned to zero; when
   * it is zero right after the call the kernel has taken all, and the buffer may be used again.
   */
  write(bytes: Uint8Array): void;

  /** Writes several buffers with one system call, as far as the platform allows. */
  writeAll(chunks: readonly Uint8Array[]): void;

  /** Stops the delivery of data. A paused link does not notice a vanished peer until something is written. */
  pause(): void;
  resume(): void;

  /** Sends what is pending, then FIN. The peer may still send. */
  end(): void;

  /** Closes at once and lets go of the descriptor; `error` is handed to `onClose`. */
  destroy(error?: Error): void;
}

/** Makes links to one address. */
export interface Dialer {
  /** For people: `tcp://10.0.0.7:4000`. */
  readonly address: string;

  /**
   * Establishes a link, TLS included.
   *
   * @param signal gives up: the promise rejects and nothing is left open
   * @throws SocketPoolError `CONNECT_FAILED` with the system's error as `cause`
   */
  dial(signal: AbortSignal): Promise<Link>;
}

export interface ListenerHandler {
  onLink(link: Link): void;
  /**
   * A peer did not become a link, and its socket is closed; the listener goes on. The system could not
   * accept it, or its TLS handshake failed. `remote` is empty when the peer is not known.
   */
  onFailedLink?(error: Error, remote: string): void;
  /** The listener failed after it had been listening; it is closed. */
  onError(error: Error): void;
}

/** Accepts links at one address. */
export interface Listener {
  /** As configured; after `listen()` with the chosen port: `tcp://127.0.0.1:40123`. */
  readonly address: string;
  readonly isListening: boolean;
  /** The `net.Server` or `tls.Server`, for `unwrap()`. */
  readonly server: unknown;

  /** @throws the system's error (EADDRINUSE, EACCES, …) when the address cannot be bound */
  listen(handler: ListenerHandler): Promise<void>;

  /** Accepts no more; links that were accepted live on. Idempotent. */
  close(): Promise<void>;
}
