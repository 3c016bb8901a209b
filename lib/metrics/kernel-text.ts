/** How the kernel writes down its settings under `/proc`: for all who read them. */

/** Both ends belong to it. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** What the process may have open; `Infinity` for any number, `undefined` where it is not told. */
export interface DescriptorLimits {
  readonly limit: number | undefined;
  /** To what an unprivileged process may raise the limit. */
  readonly hardLimit: number | undefined;
}

export function parseCount(text: string | undefined): number | undefined {
  const match = /^\s*(\d{1,15})\s*$/.exec(text ?? '');
  return match === null ? undefined : Number(match[1]);
}

/** `32768	60999`. */
export function parsePortRange(text: string | undefined): PortRange | undefined {
  const match = /^\s*(\d{1,5})\s+(\d{1,5})\s*$/.exec(text ?? '');
  return match === null ? undefined : { first: Number(match[1]), last: Number(match[2]) };
}

/** `4000,5000-5100`; an empty line for none. */
export function parsePortList(text: string | undefined): PortRange[] | undefined {
  if (text === undefined) return undefined;
  return text.split(',').flatMap((part) => {
    const match = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(part);
    return match === null ? [] : [{ first: Number(match[1]), last: Number(match[2] ?? match[1]) }];
  });
}

export function includesPort(range: PortRange, port: number): boolean {
  return port >= range.first && port <= range.last;
}

/** `Max open files            1024                 524288               files`: the first is in force. */
export function parseDescriptorLimits(text: string | undefined): DescriptorLimits {
  const match = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(text ?? '');
  return { limit: limitOf(match?.[1]), hardLimit: limitOf(match?.[2]) };
}

function limitOf(text: string | undefined): number | undefined {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : (text && Number(text)) || undefined;
}
