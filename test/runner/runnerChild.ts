import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { RunEvent } from '../../src/core/engine/events.ts';
import type { Calls, FromRunner } from '../../src/runner/protocol.ts';
import { RUNNER, SHARED_CACHE } from '../product.ts';

/** The extension's end of the channel, as small as it can be. A child that is left behind by a test that fails would keep mocha waiting. */
export class RunnerChild implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly events: RunEvent[] = [];
  /** Questions to the person: all are answered with "no". */
  readonly asked: string[] = [];
  #next = 1;

  constructor(folder: string, env: Readonly<Record<string, string>> = {}) {
    this.child = fork(RUNNER, [], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'json',
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONFIG_FILE: join(folder, 'none'),
        AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
        ...SHARED_CACHE,
        ...env,
      },
    });
    this.child.setMaxListeners(50);
    this.child.on('message', (message: FromRunner) => {
      if ('event' in message) this.events.push(message.event);
      if (!('ask' in message)) return;
      this.asked.push(message.question);
      this.child.send({ answer: message.ask });
    });
  }

  /** @throws the failure */
  call<C extends keyof Calls>(call: C, params: Calls[C]['params']): Promise<Calls[C]['result']> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const listen = (message: FromRunner): void => {
        if (!('id' in message) || message.id !== id) return;
        this.child.off('message', listen);
        if ('failure' in message) reject(Object.assign(new Error(message.failure.message), { failure: message.failure }));
        else resolve(message.result as Calls[C]['result']);
      };
      this.child.on('message', listen);
      this.child.send({ id, call, params });
    });
  }

  /** The event, once it has come. */
  async seen(matches: (event: RunEvent) => boolean): Promise<void> {
    while (!this.events.some(matches)) await once(this.child, 'message');
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exited = once(this.child, 'exit');
    if (this.child.connected) this.child.disconnect();
    await exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }
}
