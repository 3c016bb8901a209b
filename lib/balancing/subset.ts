/**
 * Which of many servers one of many clients connects to. Each client with all servers would be 10 000 000
 * connections for 10 000 clients and 1 000 servers; each with 20 of them is 200 000, and 200 per server.
 *
 * The n servers stand in a circle, at equal distances, in the order of their hashes. Client i stands at
 * the i-th number of the van der Corput sequence (0, 1/2, 1/4, 3/4, 1/8, …) and takes the k servers that
 * follow. That is deterministic, needs no word between clients, and has two properties:
 *
 * - It is even. The numbers 0 to N-1 of that sequence fill every arc of the circle in proportion to its
 *   length, except for less than 2 × (log2(N) / 3 + 1). So each server has N × k / n clients, give or
 *   take that: for 1 000 clients, 200 servers and k = 20 each has 100, give or take 9.
 * - It is steady. A client that comes or goes changes nothing for the others. A server that comes or goes
 *   moves the circle by less than one place: a client exchanges two servers at the most, and half a one on
 *   average.
 *
 * The deterministic subsetting of Google's SRE book is more even still (give or take 1), but deals all
 * servers out anew when one comes or goes, and leaves the last round of clients uneven. Rendezvous
 * hashing moves even less, but is no more even than chance: 100, give or take 30.
 *
 * Sources: Beyer et al., "Site Reliability Engineering" (2016), chapter 20; Ward, Wankadia and Guliani,
 * "Reinventing Backend Subsetting at Google" (ACM Queue 20(5), 2022), for the sequence on a circle; Béjian and Faure,
 * "Discrépance de la suite de van der Corput" (1977), for the bound.
 */
import { hashText } from '../common/hash.js';

export interface SubsetOptions {
  /** How many servers a client takes. */
  readonly size: number;
  /**
   * A number of this client's own, from 0, without gaps; or a text of its own, which is hashed: then
   * servers have their clients only as evenly as chance has it.
   */
  readonly clientId: number | string;
}

/** @returns all where there are no more than `size`, in the order given; a frozen choice of them otherwise */
export function subsetOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { size, clientId }: SubsetOptions,
): readonly Item[] {
  if (items.length <= size) return items;
  const circle = items
    .map((item) => ({ item, key: keyOf(item), hash: hashText(keyOf(item)) }))
    .sort((a, b) => a.hash - b.hash || (a.key < b.key ? -1 : 1));
  const first = Math.ceil(placeOf(clientId) * circle.length);
  const places = Array.from({ length: size }, (_, step) => (first + step) % circle.length);
  return Object.freeze(places.map((place) => circle[place]!.item));
}

/** Where on the circle, 0 to 1: for numbers the van der Corput sequence in base 2, which is the bits reversed. */
function placeOf(clientId: number | string): number {
  if (typeof clientId === 'string') return hashText(clientId) / 2 ** 32;
  let reversed = 0;
  let place = 0.5;
  for (let rest = clientId; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) reversed += place;
    place /= 2;
  }
  return reversed;
}
