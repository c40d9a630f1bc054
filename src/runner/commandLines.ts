import { foreseenOf } from '../core/graph/inputs.ts';
import type { ResourceId } from '../core/graph/resource.ts';
import type { ResourceGraph } from '../core/graph/resourceGraph.ts';
import { shellLine, type Shell } from './shellQuote.ts';

/**
 * The lines that a person would type to make these stages by hand, in an order that works: each resource's own `commands`,
 * with the outputs that can be told before anything exists. No request leaves the machine.
 * @throws GraphError for an unknown stage.
 */
export function commandLines(graph: ResourceGraph, stages: readonly string[] | undefined, shell: Shell): readonly string[] {
  const selected = stages === undefined || stages.length === 0 ? undefined : graph.select(stages, 'requires');
  const outputs = new Map<ResourceId, unknown>();
  return graph.order.flatMap((resource) => {
    const inputs = foreseenOf(resource.needs, (id) => outputs.get(id));
    outputs.set(resource.id, resource.steps?.foresee?.({ state: 'absent' }, inputs) ?? {});
    if (selected !== undefined && !selected.has(resource.id)) return [];
    return (resource.commands?.(inputs) ?? []).map((argv) => shellLine(argv, shell));
  });
}
