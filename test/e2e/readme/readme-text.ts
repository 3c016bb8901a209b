import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The top folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** The path in the line before the block, where that line names one. */
  readonly path: string | undefined;
}

/** Text that a user follows to the letter. */
export class ReadmeText {
  readonly text = readFileSync(`${ROOT}README.md`, 'utf8');

  /** The text below a heading, up to the next of the same level. */
  section(title: string): string {
    const [, rest] = this.text.split(`\n## ${title}\n`);
    if (rest === undefined) throw new Error(`the README has no section "${title}"`);
    return rest.split('\n## ')[0]!;
  }

  /** Links to files of the repository. */
  get links(): string[] {
    const links = [...this.text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)];
    return links.map(([, target]) => target!);
  }

  /** Links to headings of the README. */
  get anchors(): string[] {
    return [...this.text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!);
  }

  get headings(): string[] {
    return [...this.text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  }

  /** Every `npm …` command, in blocks and in running text. */
  get npmCommands(): string[] {
    return [...this.text.matchAll(/\bnpm (start|test|run [\w:-]+)/g)].map(([, what]) => what!);
  }
}

export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks = markdown.matchAll(/(?:^|\n)([^\n]*)\n+```(\w+)\n([\s\S]*?)```/g);
  return [...blocks].map(([, before, language, code]) => ({
    language: language!,
    code: code!,
    path: /`([\w./-]+)`:$/.exec(before!)?.[1],
  }));
}
