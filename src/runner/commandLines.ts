import { foreseenOf } from '../core/graph/inputs.ts';
import type { CommandLine, PipedCommand, ResourceId } from '../core/graph/resource.ts';
import type { ResourceGraph } from '../core/graph/resourceGraph.ts';
import { pipedLine, shellLine, type Shell } from './shellQuote.ts';

/** A line and the resource that it makes. */
export interface PrintedLine {
  readonly resource: ResourceId;
  readonly line: string;
}

/**
 * The lines that a person would type to make these stages by hand, in an order that works: each resource's own `commands`, with
 * the outputs that can be told before anything exists, and placeholders (`<VPC-ID>`) for those that the lines themselves answer.
 * No line holds a newline, none is printed twice, and no request leaves the machine.
 * @throws GraphError for an unknown stage.
 */
export function printedLines(graph: ResourceGraph, stages: readonly string[] | undefined, shell: Shell): readonly PrintedLine[] {
  const selected = stages === undefined || stages.length === 0 ? undefined : graph.select(stages, 'requires');
  const outputs = new Map<ResourceId, unknown>();
  const printed = new Set<string>();
  return graph.order.flatMap((resource) => {
    const inputs = foreseenOf(resource.needs, (id) => outputs.get(id));
    outputs.set(resource.id, { ...record(resource.placeholders?.(inputs)), ...resource.steps?.foresee?.({ state: 'absent' }, inputs) });
    if (selected !== undefined && !selected.has(resource.id)) return [];
    const lines = (resource.commands?.(inputs) ?? []).map((line) => textOf(line, shell)).filter((line) => !printed.has(line));
    for (const line of lines) printed.add(line);
    return lines.map((line) => ({ resource: resource.id, line }));
  });
}

const record = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

const isPiped = (line: CommandLine): line is PipedCommand => 'stdin' in line;

const textOf = (line: CommandLine, shell: Shell): string =>
  isPiped(line) ? pipedLine(line.stdin, line.argv, shell) : shellLine(line, shell);
