import * as vscode from 'vscode';
import { brokenWords } from './model/platformView.ts';
import { statusBarText } from './model/statusBarText.ts';
import type { Platforms } from './platforms.ts';

/** One item on the left, hidden without a platform; a click asks *What Next?*. */
export class StatusBar {
  readonly #item = vscode.window.createStatusBarItem('slipway.status', vscode.StatusBarAlignment.Left, 50);

  constructor() {
    this.#item.name = 'Slipway';
    this.#item.command = 'slipway.next';
  }

  draw(platforms: Platforms): void {
    const { selected } = platforms;
    if (!selected) {
      this.#item.hide();
      return;
    }
    const { view } = selected.model;
    this.#item.text = statusBarText(view);
    this.#item.tooltip = ['Slipway: What Next?', brokenWords(view)].filter((line) => line !== undefined).join('\n');
    this.#item.accessibilityInformation = { label: `Slipway, ${this.#item.text.replaceAll(/\$\([a-z~-]+\) /g, '')}`, role: 'button' };
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}
