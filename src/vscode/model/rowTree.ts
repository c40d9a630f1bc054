import { endpointGroup } from './endpointRows.ts';
import { leftGroup } from './leftRows.ts';
import { hasAttention, platformRow } from './platformRow.ts';
import type { PlatformView } from './platformView.ts';
import type { Row } from './row.ts';
import { causeRows, resourceRow, stageRow } from './stageRows.ts';

/** A row with its place; the object stays the same for as long as the row exists, because VS Code knows rows by identity. */
export interface RowNode {
  /** `<platform file's URI>#<path>`: the tree item's id. */
  readonly id: string;
  readonly platform: string;
  readonly parent: RowNode | undefined;
  row: Row;
  children: readonly RowNode[];
}

interface Placed {
  readonly row: Row;
  /** Places what is under it. */
  below(node: RowNode): void;
}

/** The rows of one platform, kept from one view to the next so that only what differs is drawn again. */
export class RowTree {
  readonly root: RowNode;
  readonly #nodes = new Map<string, RowNode>();

  constructor(view: PlatformView, now: number, attentionOnly: boolean) {
    this.root = { id: `${view.key}#`, platform: view.key, parent: undefined, row: platformRow(view, now), children: [] };
    this.#nodes.set('', this.root);
    this.update(view, now, attentionOnly);
  }

  get(path: string): RowNode | undefined {
    return this.#nodes.get(path);
  }

  /** Makes the rows those of `view`, and returns the nodes to draw again: a parent stands for its children where those came or went. */
  update(view: PlatformView, now: number, attentionOnly: boolean): readonly RowNode[] {
    const changed: RowNode[] = [];
    const kept = new Set<string>(['']);
    const place = (parent: RowNode, rows: readonly Placed[]): void => {
      const before = parent.children;
      parent.children = rows.map(({ row, below }) => {
        kept.add(row.path);
        const node = this.#place(view.key, parent, row, changed);
        below(node);
        return node;
      });
      if (!sameMembers(before, parent.children)) changed.push(parent);
    };
    this.#redraw(this.root, platformRow(view, now), changed);
    const leaf = (row: Row): Placed => ({ row, below: () => undefined });
    const stages = (view.status?.stages ?? []).filter((stage) => !attentionOnly || hasAttention(stage));
    const groups = [attentionOnly ? undefined : endpointGroup(view), leftGroup(view)].filter((group) => group !== undefined);
    place(this.root, [
      ...stages.map((stage): Placed => {
        const resources = stage.resources
          .map((resource) => ({ resource, row: resourceRow(view, stage, resource, now) }))
          .filter(({ row }) => !attentionOnly || row.attention)
          .map(({ resource, row }): Placed => ({ row, below: (node) => place(node, causeRows(view, row.path, resource).map(leaf)) }));
        return { row: stageRow(view, stage, now), below: (node) => place(node, resources) };
      }),
      ...groups.map(({ row, members }): Placed => ({ row, below: (node) => place(node, members.map(leaf)) })),
    ]);
    for (const path of this.#nodes.keys()) if (!kept.has(path)) this.#nodes.delete(path);
    return [...new Set(changed)];
  }

  #place(platform: string, parent: RowNode, row: Row, changed: RowNode[]): RowNode {
    const known = this.#nodes.get(row.path);
    if (known) {
      this.#redraw(known, row, changed);
      return known;
    }
    const node: RowNode = { id: `${platform}#${row.path}`, platform, parent, row, children: [] };
    this.#nodes.set(row.path, node);
    return node;
  }

  #redraw(node: RowNode, row: Row, changed: RowNode[]): void {
    if (!sameRow(node.row, row)) changed.push(node);
    node.row = row;
  }
}

function sameMembers(before: readonly RowNode[], after: readonly RowNode[]): boolean {
  return before.length === after.length && before.every((node, index) => node === after[index]);
}

/** Rows are small and flat, made by the same code in the same order: their JSON tells. */
function sameRow(one: Row, other: Row): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
