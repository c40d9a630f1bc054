import * as vscode from 'vscode';
import type { Forest, Redraw } from './forest.ts';
import type { Clock } from './model/clock.ts';
import { attentionCount } from './model/platformRow.ts';
import { contextValue } from './model/row.ts';
import type { RowNode } from './model/rowTree.ts';
import type { Platforms } from './platforms.ts';
import { rowTooltip } from './tooltip.ts';

export const VIEW = 'slipway.platforms';
const SCHEME = 'slipway-node';

/** A row of its own scheme: decorations find it, and no document ever has it. */
function uriOf(node: RowNode): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${node.row.path}`, query: node.platform });
}

/** Draws the forest: rows, badges and the badge of the view. It decides nothing. */
export class TreeView implements vscode.TreeDataProvider<RowNode>, vscode.FileDecorationProvider {
  readonly #rows = new vscode.EventEmitter<RowNode[] | undefined>();
  readonly #badges = new vscode.EventEmitter<vscode.Uri[]>();
  readonly #forest: Forest;
  readonly #platforms: Platforms;
  readonly #clock: Clock;
  readonly #disposable: vscode.Disposable;
  readonly view: vscode.TreeView<RowNode>;
  readonly onDidChangeTreeData = this.#rows.event;
  readonly onDidChangeFileDecorations = this.#badges.event;

  constructor(forest: Forest, platforms: Platforms, clock: Clock) {
    this.#forest = forest;
    this.#platforms = platforms;
    this.#clock = clock;
    this.view = vscode.window.createTreeView(VIEW, { treeDataProvider: this, showCollapseAll: true });
    this.#disposable = vscode.Disposable.from(this.#rows, this.#badges, vscode.window.registerFileDecorationProvider(this), this.view);
  }

  draw(redraw: Redraw): void {
    if (redraw === 'everything') this.#rows.fire(undefined);
    else if (redraw.length > 0) {
      this.#rows.fire([...redraw]);
      this.#badges.fire(redraw.map(uriOf));
    }
    this.#drawBadge();
  }

  /** Shows a row that failed, once, and only to somebody who is looking. */
  async reveal(node: RowNode): Promise<void> {
    if (this.view.visible) await this.view.reveal(node, { select: false, focus: false, expand: true });
  }

  getTreeItem(node: RowNode): vscode.TreeItem {
    const { row } = node;
    const item = new vscode.TreeItem(row.label);
    item.id = node.id;
    item.description = row.description;
    item.resourceUri = uriOf(node);
    item.iconPath = new vscode.ThemeIcon(row.icon.id, row.icon.color === undefined ? undefined : new vscode.ThemeColor(row.icon.color));
    item.accessibilityInformation = { label: row.accessible };
    item.contextValue = contextValue(row);
    item.collapsibleState = collapsibleState(node);
    if (row.flags.includes('hasManifest')) item.command = { command: 'slipway.openManifest', title: 'Open Manifest', arguments: [node] };
    if (row.flags.includes('hasSource')) item.command = { command: 'slipway.openSource', title: 'Go to Definition', arguments: [node] };
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, node: RowNode): vscode.TreeItem {
    const platform = this.#platforms.get(node.platform);
    if (platform) item.tooltip = rowTooltip(node.row, platform.model.view, platform.recentEvents, this.#clock.now());
    return item;
  }

  getChildren(node?: RowNode): RowNode[] {
    return [...(node ? node.children : this.#forest.roots)];
  }

  getParent(node: RowNode): RowNode | undefined {
    return node.parent;
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (uri.scheme !== SCHEME) return undefined;
    const badge = this.#forest.find(uri.query, uri.path.slice(1))?.row.badge;
    return badge && new vscode.FileDecoration(badge.text, badge.word);
  }

  dispose(): void {
    this.#disposable.dispose();
  }

  #drawBadge(): void {
    const value = this.#platforms.all.reduce((sum, { model }) => sum + attentionCount(model.view), 0);
    this.view.badge = value === 0 ? undefined : { value, tooltip: `${value} ${value === 1 ? 'thing needs' : 'things need'} you` };
  }
}

/** A root stays expanded also before it has rows: VS Code remembers the first state of an id, and would keep a former leaf closed. */
function collapsibleState({ row, children }: RowNode): vscode.TreeItemCollapsibleState {
  if (row.open === 'expanded') return vscode.TreeItemCollapsibleState.Expanded;
  return children.length === 0 ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed;
}
