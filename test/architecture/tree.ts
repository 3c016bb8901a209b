import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tree } from './layer-rules.js';

/** The top folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The TypeScript files of `lib/` with their text. */
export function libraryTree(): Tree {
  const lib = join(ROOT, 'lib');
  const entries = readdirSync(lib, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(lib, path).split(sep).join('/'), readFileSync(path, 'utf8')];
    }),
  );
}
