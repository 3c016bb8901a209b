import { BlockList, isIP } from 'node:net';

/** Addresses that may ask: single ones, `10.0.0.7`, and networks, `10.0.0.0/8`. All when there are none. */
export class AddressList {
  private readonly list: BlockList | undefined;

  /** @throws Error for what is neither an address nor a network */
  constructor(addresses: readonly string[]) {
    if (addresses.length === 0) return;
    this.list = new BlockList();
    for (const address of addresses) addTo(this.list, address);
  }

  includes(address: string | undefined): boolean {
    if (this.list === undefined) return true;
    const plain = plainAddress(address ?? '');
    return isIP(plain) !== 0 && this.list.check(plain, familyOf(plain));
  }
}

/** `::ffff:10.0.0.7`, as IPv4 peers of a socket for both families are called, is `10.0.0.7`. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

function addTo(list: BlockList, text: string): void {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  const bits = prefix === undefined ? undefined : Number(prefix);
  const isNetwork =
    bits === undefined || (/^\d{1,3}$/.test(prefix!) && bits <= (family === 6 ? 128 : 32));
  if (family === 0 || !isNetwork || rest.length > 0)
    throw new Error(
      `allowedAddresses: '${text}' is not an address or a network such as 10.0.0.0/8`,
    );
  if (bits === undefined) list.addAddress(address, familyOf(address));
  else list.addSubnet(address, bits, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
