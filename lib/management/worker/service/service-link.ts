import type { ToService } from '../../management.contract.js';

/** The way to the service's thread. Whatever is sent arrives when its loop turns, in order. */
export interface ServiceLink {
  post(message: ToService): void;
}
