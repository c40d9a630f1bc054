import { SignedOut } from '../graph/errors.ts';
import type { Finding } from '../findings/finding.ts';
import { handlesOf } from '../graph/inputs.ts';
import type { AnyResource, ResourceId } from '../graph/resource.ts';
import { ResourceGraph } from '../graph/resourceGraph.ts';
import { LEFT } from '../status/left.ts';
import { BEFORE_ANY_WRITE, lookOf, settledOutputs } from './look.ts';
import type { LeftOver } from './plan.ts';
import type { Provider } from './ports.ts';
import type { Result } from './result.ts';
import type { Run } from './run.ts';
import { unlessAborted } from './unlessAborted.ts';

/** The stage that orphans are told under: they belong to none of the platform's. */
export const ORPHANS = LEFT.id;

export interface Census {
  readonly orphans: readonly AnyResource[];
  /** One information for each provider that could not look. */
  readonly findings: readonly Finding[];
}

/** What is tagged ours and claimed by no resource of the graph. Where a provider could not look, nothing of it is an orphan. @throws SignedOut */
export async function findOrphans(run: Run, graph: ResourceGraph): Promise<Census> {
  const censuses = await Promise.all(run.ports.providers.map((provider) => censusOf(run, graph, provider)));
  return { orphans: censuses.flatMap((census) => census.orphans), findings: censuses.flatMap((census) => census.findings) };
}

async function censusOf(run: Run, graph: ResourceGraph, provider: Provider): Promise<Census> {
  if (!provider.discover) return { orphans: [], findings: [] };
  const look = lookOf(run, { provider: provider.name, since: BEFORE_ANY_WRITE, outputsOf: settledOutputs(run) });
  try {
    const found = await run.signedIn(() => unlessAborted(run.signal, provider.discover?.(look, graph) ?? Promise.resolve([])));
    return { orphans: found.filter((resource) => !graph.has(resource.id)), findings: [] };
  } catch (error) {
    if (error instanceof SignedOut) throw error;
    run.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return {
      orphans: [],
      findings: [{ code: 'unseen', severity: 'information', message: `What left the platform file could not be looked for: ${why}` }],
    };
  }
}

/** The graph with its orphans in a stage of their own. They depend on what they stood on, as far as it is known, so that they go first. */
export function withOrphans(graph: ResourceGraph, orphans: readonly AnyResource[]): ResourceGraph {
  if (orphans.length === 0) return graph;
  const known = new Set([...graph.order, ...orphans].map((resource) => resource.id));
  const resources = orphans.map((orphan): AnyResource => {
    const before = [...handlesOf(orphan.needs).map((handle) => handle.id), ...(orphan.after ?? [])];
    return { ...orphan, needs: {}, after: before.filter((id) => known.has(id)) };
  });
  const stage = { ...LEFT, doc: '', icon: 'trash', requires: [], barrier: false, resources };
  return new ResourceGraph([...graph.stages, stage]);
}

/** The same for a row. `results`: what became of those that a run went for. */
export function leftOvers(orphans: readonly AnyResource[], results: ReadonlyMap<ResourceId, Result> = new Map()): readonly LeftOver[] {
  return orphans.flatMap((orphan): readonly LeftOver[] => {
    const end = results.get(orphan.id)?.kind;
    if (end === 'done') return [];
    const monthlyUsd = orphan.estimate?.().monthlyUsd;
    return [
      {
        resource: orphan.id,
        kind: orphan.kind,
        title: orphan.title,
        reason: end === 'failed' ? 'could not be deleted' : 'no longer in the platform file',
        ...(monthlyUsd === undefined ? {} : { monthlyUsd }),
      },
    ];
  });
}
