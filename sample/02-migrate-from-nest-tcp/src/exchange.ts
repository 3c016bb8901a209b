import type { ClientProxy } from '@nestjs/microservices';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';

/** A request, a stream, an event and a missing handler, as any caller makes them. */
export async function exchange(client: ClientProxy, name: string): Promise<string> {
  const greeting = await firstValueFrom(client.send<string>({ cmd: 'greet' }, name));
  const numbers = await lastValueFrom(client.send<number>('count', 3).pipe(toArray()));
  await lastValueFrom(client.emit('seen', name), { defaultValue: undefined });
  const seen = await firstValueFrom(client.send<string[]>('seen.list', {}));
  const missing = await firstValueFrom(client.send('nobody', {})).catch((error: unknown) => error);
  return `${greeting}; ${numbers.join(' ')}; seen ${seen.join(', ')}; missing: ${String(missing)}`;
}
