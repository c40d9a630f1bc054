import type { Reach } from '../../runner/protocol.ts';
import { withSession, type CliContext } from '../cliContext.ts';

/** The lines that a person would type instead; no request leaves the machine. */
export async function commands(
  context: CliContext,
  reach: Reach,
  stages: readonly string[] | undefined,
  format: 'text' | 'json',
): Promise<number> {
  return withSession(
    context,
    reach,
    () => undefined,
    async (session) => {
      const lines = await session.commands(stages);
      if (format === 'json') context.output.json(lines);
      else for (const line of lines) context.output.result(line);
      return 0;
    },
  );
}
