import type { Locator, Page } from 'playwright-core';

export interface ShownRow {
  readonly label: string;
  readonly description: string;
  readonly badge: string;
  readonly aria: string | null;
  readonly level: number;
}

export class Workbench {
  readonly page: Page;
  constructor(page: Page);
  ready(): Promise<void>;
  activity(name: string): Locator;
  openView(name: string): Promise<void>;
  tree(name: string): Locator;
  row(tree: Locator, label: string): Locator;
  expand(row: Locator): Promise<void>;
  item(row: Locator): Promise<ShownRow>;
  quick(): Locator;
  command(title: string): Promise<void>;
  openFile(name: string): Promise<void>;
  editorTab(name: string): Locator;
  lines(): Locator;
  toast(text: string | RegExp): Locator;
  dialog(text: string | RegExp): Locator;
  problems(): Promise<Locator>;
}
