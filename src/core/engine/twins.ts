import { presentIn } from '../graph/observation.ts';
import type { AnyResource, Look, Depth, Observation } from '../graph/resource.ts';
import type { ResourceGraph } from '../graph/resourceGraph.ts';
import type { Result } from './result.ts';
import type { Run } from './run.ts';
import { settle } from './settle.ts';

/**
 * Deletes the unused twins that were seen in this run: what a lost answer and a lost intent made twice. It is done at the end of a run,
 * when the one that is used can be told. One that has come into use meanwhile is left, and said so by the next look.
 */
export async function healTwins(run: Run, graph: ResourceGraph): Promise<ReadonlyMap<string, Result>> {
  const results = graph.order.flatMap((resource) =>
    (presentIn(run.seen.get(resource.id))?.twins ?? [])
      .filter((twin) => !twin.used)
      .map(async ({ physicalId }) => {
        const twin = asTwin(resource, physicalId);
        return [
          resource.id,
          await settle(run, twin, 'gone', { planned: 'delete', usable: () => undefined, endOf: () => undefined }),
        ] as const;
      }),
  );
  return new Map(await Promise.all(results));
}

/** The twin as a resource of its own: there as long as it is seen and unused. */
function asTwin(resource: AnyResource, physicalId: string): AnyResource {
  return {
    ...resource,
    title: `${resource.title} (the unused ${physicalId})`,
    internal: true,
    async observe(look: Look, depth: Depth): Promise<Observation<unknown>> {
      const seen = await resource.observe(look, depth);
      if (seen.state === 'unknown') return seen;
      const twin = presentIn(seen)?.twins?.find((other) => other.physicalId === physicalId);
      if (!twin || twin.used) return { state: 'absent' };
      return { state: 'ready', owner: 'slipway', physicalId, attributes: {}, outputs: {} };
    },
  };
}
