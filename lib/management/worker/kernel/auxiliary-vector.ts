/** The units in which the kernel counts memory and processor time: they differ between machines. */
export interface KernelUnits {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
}

const AT_PAGESZ = 6n;
const AT_CLKTCK = 17n;
const ENTRY_BYTES = 16;

/** Parses `/proc/self/auxv` of a 64-bit process; what is missing is as on most machines. */
export function parseKernelUnits(auxiliaryVector: Uint8Array = new Uint8Array()): KernelUnits {
  const { buffer, byteOffset, byteLength } = auxiliaryVector;
  const view = new DataView(buffer, byteOffset, byteLength);
  const values = new Map<bigint, number>();
  for (let at = 0; at + ENTRY_BYTES <= byteLength; at += ENTRY_BYTES) {
    values.set(view.getBigUint64(at, true), Number(view.getBigUint64(at + 8, true)));
  }
  return {
    pageBytes: within(values.get(AT_PAGESZ), 1024, 1 << 24) ?? 4096,
    ticksPerSecond: within(values.get(AT_CLKTCK), 1, 1_000_000) ?? 100,
  };
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}
