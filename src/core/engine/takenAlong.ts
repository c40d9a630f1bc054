import { SignedOut } from '../graph/errors.ts';
import type { ResourceGraph } from '../graph/resourceGraph.ts';
import { BEFORE_ANY_WRITE, lookOf, settledOutputs } from './look.ts';
import type { PlannedChange } from './plan.ts';
import type { Run } from './run.ts';
import { unlessAborted } from './unlessAborted.ts';

/** How many are named; of the rest the number is told. */
const NAMED = 3;

/**
 * The changes, with what a deletion takes along that is not this platform's: by name and number, and with a consent of its own. What could
 * not be looked at may be anybody's.
 * @param graph with its orphans
 * @throws SignedOut
 */
export async function withWhatGoesAlong(
  run: Run,
  graph: ResourceGraph,
  changes: readonly PlannedChange[],
): Promise<readonly PlannedChange[]> {
  return Promise.all(
    changes.map(async (planned) => {
      const { change } = planned;
      const resource = graph.get(planned.resource);
      if (change.action !== 'delete' || resource?.takesAlong === undefined) return planned;
      const look = lookOf(run, { provider: resource.provider, since: BEFORE_ANY_WRITE, outputsOf: settledOutputs(run) });
      try {
        const along = await run.signedIn(() => unlessAborted(run.signal, resource.takesAlong?.(look) ?? Promise.resolve([])));
        return along.length === 0 ? planned : withConsent(planned, `${change.summary}, and with it ${inWords(along)}`);
      } catch (error) {
        if (error instanceof SignedOut) throw error;
        run.signal.throwIfAborted();
        return withConsent(planned, `${change.summary}, and with it all that is in it, which could not be looked at`);
      }
    }),
  );
}

function withConsent(planned: PlannedChange, summary: string): PlannedChange {
  return { ...planned, change: { ...planned.change, summary }, consent: 'delete' };
}

function inWords(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(', ');
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.length === 1 ? 'one thing' : `${names.length} things`} that no manifest of this platform holds: ${shown}${more}`;
}

/** Deletions whose own consent was not given. */
export const withheldIn = (changes: readonly PlannedChange[], consent: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(changes.flatMap((each) => (each.consent === 'delete' && !consent.has(`delete:${each.resource}`) ? [each.resource] : [])));
