/** The browser's time. Nothing else on the page asks for it, so that tests can stand in for it. */
export const clock = {
  /** Monotonic milliseconds. */
  now: () => performance.now(),

  /**
   * @param {number} delayMs
   * @param {() => void} callback
   * @returns {{ cancel(): void }}
   */
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** @typedef {typeof clock} PageClock */
