import { foreseenOf } from '../core/graph/inputs.ts';
import type { BackgroundCommand, CommandLine, PipedCommand, ResourceId } from '../core/graph/resource.ts';
import type { ResourceGraph } from '../core/graph/resourceGraph.ts';
import { inOrder, type Asker, type PrintedLine } from './sharedLines.ts';
import { backgroundLine, pipedLine, shellLine, type Shell } from './shellQuote.ts';

/**
 * The lines that a person would type to make these stages by hand, in an order that works: each resource's own `commands`, with
 * the outputs that can be told before anything exists, and placeholders (`<VPC-ID>`) for those that the lines themselves answer.
 * No line holds a newline, and no request leaves the machine.
 * @throws GraphError for an unknown stage.
 */
export function printedLines(graph: ResourceGraph, stages: readonly string[] | undefined, shell: Shell): readonly PrintedLine[] {
  const selected = stages === undefined || stages.length === 0 ? undefined : graph.select(stages, 'requires');
  const outputs = new Map<ResourceId, unknown>();
  const askers = graph.order.flatMap((resource): readonly Asker[] => {
    const inputs = foreseenOf(resource.needs, (id) => outputs.get(id));
    outputs.set(resource.id, { ...record(resource.placeholders?.(inputs)), ...resource.steps?.foresee?.({ state: 'absent' }, inputs) });
    if (selected !== undefined && !selected.has(resource.id)) return [];
    const lines = (resource.commands?.(inputs) ?? []).map((line) => textOf(line, shell));
    return [{ id: resource.id, requires: graph.requires(resource.id), lines }];
  });
  return inOrder(askers);
}

const record = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

const isPiped = (line: CommandLine): line is PipedCommand => 'stdin' in line;

const isBackground = (line: CommandLine): line is BackgroundCommand => 'background' in line;

function textOf(line: CommandLine, shell: Shell): string {
  if (isPiped(line)) return pipedLine(line.stdin, line.argv, shell);
  return isBackground(line) ? backgroundLine(line.background, shell) : shellLine(line, shell);
}
