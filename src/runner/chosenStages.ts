import type { ResourceId } from '../core/graph/resource.ts';
import type { ResourceGraph } from '../core/graph/resourceGraph.ts';

/** None chosen means all of them. */
const isChoice = (stages: readonly string[] | undefined): stages is readonly string[] => stages !== undefined && stages.length > 0;

/** The resources of these stages and of all that they require; `undefined`: all. @throws GraphError for a stage that does not exist. */
export function selected(graph: ResourceGraph, stages: readonly string[] | undefined): ReadonlySet<ResourceId> | undefined {
  return isChoice(stages) ? graph.select(stages, 'requires') : undefined;
}

/** As the engine takes them. */
export function stagesOption(stages: readonly string[] | undefined): { readonly stages?: readonly string[] } {
  return isChoice(stages) ? { stages } : {};
}
