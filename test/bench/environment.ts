import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';

/** Where the figures were taken: they mean little without it. */
export interface Environment {
  node: string;
  nestMicroservices: string;
  cpu: string;
  cores: number;
  /** Load average of the last minute before the run; well above 0 means that somebody else measures too. */
  loadBefore: number;
}

export function currentEnvironment(): Environment {
  // Its exports map hides package.json, so it is read beside the entry file.
  const entry = createRequire(import.meta.url).resolve('@nestjs/microservices');
  const manifest = readFileSync(join(dirname(entry), 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return {
    node: process.version,
    nestMicroservices: version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    loadBefore: loadavg()[0],
  };
}
