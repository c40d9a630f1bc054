import { isError } from '../../runner/platformFile.ts';
import type { Reach } from '../../runner/protocol.ts';
import { withSession, type CliContext } from '../cliContext.ts';
import { planJson, planLines } from '../text/planText.ts';

/** What apply would do. Exit 1 when something keeps it from being done. */
export async function plan(
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
      const view = await session.plan('apply', stages);
      if (format === 'json') context.output.json(planJson(view, reach.file));
      else
        for (const line of planLines(view, context.style, (await session.mode()) === 'rehearsal', context.verbose))
          context.output.result(line);
      return view.findings.some(isError) || view.changes.some(({ action }) => action === 'blocked') ? 1 : 0;
    },
  );
}
