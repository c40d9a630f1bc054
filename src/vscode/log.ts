import * as vscode from 'vscode';
import type { RunEvent } from '../core/engine/events.ts';
import { visibleText } from './model/visibleText.ts';

/** Longest record: one line, whatever comes from outside. */
const LONGEST = 2_000;

/** The output channel *Slipway*: one line a record, control and bidi characters spelled out, never an `Error` or an SDK object. */
export class Log {
  readonly #channel = vscode.window.createOutputChannel('Slipway', { log: true });

  write(level: 'info' | 'warn' | 'error', line: string): void {
    this.#channel[level](visibleText(line, LONGEST));
  }

  event(platform: string, event: RunEvent): void {
    const { event: name, time, run, ...rest } = event;
    this.write(name === 'resource.failed' ? 'error' : 'info', `${platform} ${run} ${time} ${name} ${JSON.stringify(rest)}`);
  }

  show(): void {
    this.#channel.show(true);
  }

  dispose(): void {
    this.#channel.dispose();
  }
}
