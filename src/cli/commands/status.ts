import type { PlatformStatus } from '../../core/status/platformStatus.ts';
import { isError } from '../../runner/platformFile.ts';
import type { Reach } from '../../runner/protocol.ts';
import { withSession, type CliContext } from '../cliContext.ts';
import { statusJson, statusLines } from '../text/statusText.ts';

/** What is there now. The answer is printed also when the account could not be reached (exit 4). */
export async function status(
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
      const seen = await session.status(stages);
      if (format === 'json') context.output.json(statusJson(seen));
      else for (const line of statusLines(seen, context.style, context.verbose)) context.output.result(line);
      return exitOf(seen);
    },
  );
}

function exitOf({ session, stages, findings }: PlatformStatus): number {
  const states = new Set(stages.flatMap((stage) => stage.resources.map((resource) => resource.state)));
  if (session !== 'connected' || states.has('unknown')) return 4;
  return states.has('failed') || states.has('blocked') || findings.some(isError) ? 1 : 0;
}
