import { limit } from './limit.js';
import type { Peer, PeerName } from './peer.js';
import { pool } from './pool.js';
import { stock } from './stock.js';

export const peers: Readonly<Record<PeerName, Peer>> = { stock, pool, limit };
