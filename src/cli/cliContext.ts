import type { Reach } from '../runner/protocol.ts';
import { Session } from '../runner/session.ts';
import type { Interrupts } from './interrupt.ts';
import type { Output } from './output.ts';
import type { TerminalPerson } from './terminalPerson.ts';
import type { Style } from './text/style.ts';
import type { RunEvent } from '../core/engine/events.ts';

/** What every command gets: the process, seen through ports. */
export interface CliContext {
  readonly output: Output;
  /** Of results, and of messages. */
  readonly style: Style;
  readonly messageStyle: Style;
  readonly person: TerminalPerson;
  readonly interrupts: Interrupts;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** This program's own file, for the rehearsal's process. */
  readonly cliEntry: string;
  readonly verbose: boolean;
}

/** Does `work` with a session, and closes it whatever happens. An interrupt ends looks and questions; a run is cancelled and ends by itself. */
export async function withSession<T>(
  context: CliContext,
  reach: Reach,
  emit: (event: RunEvent) => void,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = new Session(reach, {
    person: context.person,
    env: context.env,
    cliEntry: context.cliEntry,
    emit,
    tell: (message) => {
      context.output.message(message);
    },
  });
  const stop = (): void => {
    context.output.message(
      'Stopping: nothing new is started, and a request that is on its way gets its answer. Once more ends it at once.',
    );
    session.halt();
  };
  context.interrupts.signal.addEventListener('abort', stop, { once: true });
  if (context.interrupts.signal.aborted) stop();
  try {
    return await work(session);
  } finally {
    context.interrupts.signal.removeEventListener('abort', stop);
    await session.close();
  }
}
