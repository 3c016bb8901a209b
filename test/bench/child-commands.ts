import { Logger } from '@nestjs/common';

/** The child's side of the talk between the benchmark and its processes: one command, one answer, in order. */

export interface Command {
  name: string;
  argument?: unknown;
}

export type Answer = { result: unknown } | { error: string };

export type CommandHandlers = Readonly<Record<string, (argument: never) => unknown>>;

/** Answers the parent's commands until it goes away; the process goes with it. */
export function answerCommands(handlers: CommandHandlers): void {
  // Lines of a log among the figures would hide them.
  Logger.overrideLogger(['error']);
  process.on('message', (command: Command) => {
    void run(handlers, command).then((answer) => process.send?.(answer));
  });
  process.once('disconnect', () => process.exit(0));
}

async function run(handlers: CommandHandlers, command: Command): Promise<Answer> {
  try {
    const handler = handlers[command.name] as ((argument: unknown) => unknown) | undefined;
    if (!handler) {
      throw new Error(`unknown command "${command.name}"`);
    }
    return { result: await handler(command.argument) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return JSON.stringify(error);
  }
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
