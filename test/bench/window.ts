/** The time in which a process is measured: how long it was and what the process used in it. */
export interface WindowUse {
  elapsedMs: number;
  cpuMs: number;
}

export class Window {
  #openedAt = 0;
  #cpuAtOpening = process.cpuUsage();

  open(): void {
    this.#cpuAtOpening = process.cpuUsage();
    this.#openedAt = performance.now();
  }

  close(): WindowUse {
    const elapsedMs = performance.now() - this.#openedAt;
    const cpu = process.cpuUsage(this.#cpuAtOpening);
    return { elapsedMs, cpuMs: (cpu.user + cpu.system) / 1000 };
  }
}
