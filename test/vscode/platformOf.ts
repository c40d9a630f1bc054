import assert from 'node:assert/strict';
import type { PlatformStatus } from '../../src/core/status/platformStatus.ts';
import type { Calls } from '../../src/runner/protocol.ts';
import type { Dialogs, TypedInput } from '../../src/vscode/dialogs.ts';
import { Platform } from '../../src/vscode/platform.ts';
import { RunnerClient, type Answers } from '../../src/vscode/runnerClient.ts';
import { Validator } from '../../src/vscode/validator.ts';
import { ManualClock } from './example.ts';
import { ScriptedChannel } from './scriptedChannel.ts';

export const NOBODY: Answers = {
  mfaCode: async () => undefined,
  confirmIdentity: async () => false,
  runProgram: async () => false,
  adoptCluster: async () => false,
  signIn: async () => false,
};

/** A platform that stands so, whose runner answers with these; `asked` is what it was asked, in order. */
export function platformOf(
  shown: PlatformStatus,
  results: { readonly [C in keyof Calls]?: Calls[C]['result'] },
): { platform: Platform; asked: { call: string; params: unknown }[] } {
  const asked: { call: string; params: unknown }[] = [];
  const answers: Record<string, unknown> = { open: { findings: [] }, status: shown, ...results };
  const channel = new ScriptedChannel((message, self) => {
    if (!('call' in message)) return;
    if (message.call !== 'open' && message.call !== 'status') asked.push({ call: message.call, params: message.params });
    queueMicrotask(() => self.say({ id: message.id, result: answers[message.call] ?? {} }));
  });
  const platform = new Platform(
    { key: 'k', file: '/w/platform.yml', fallbackName: 'w', mode: shown.mode },
    {
      clock: new ManualClock(),
      fold: (before) => before,
      validator: new Validator(() => assert.fail('nothing is read here')),
      startRunner: (_, onEvent) => new RunnerClient(channel, NOBODY, onEvent),
      reachOf: () => ({ file: '/w/platform.yml', mode: shown.mode, stateFolder: '/s' }),
      log: () => undefined,
      onFindings: () => undefined,
      settledRuns: new Set(),
      onRunEvent: () => undefined,
    },
  );
  platform.model.setStatus(shown);
  return { platform, asked };
}

/** A person who types these in turn (`undefined` leaves the box), and presses `press` wherever it is offered. */
export function personWho(
  typed: readonly (string | undefined)[],
  press?: string,
): { dialogs: Dialogs; boxes: TypedInput[]; told: string[]; opened: (readonly string[])[] } {
  const waiting = [...typed];
  const boxes: TypedInput[] = [];
  const told: string[] = [];
  const opened: (readonly string[])[] = [];
  const pressed = (actions: readonly string[] = []): string | undefined => actions.find((action) => action === press);
  const dialogs: Dialogs = {
    async confirm(message, _detail, actions) {
      told.push(message);
      return pressed(actions);
    },
    async tell(_level, message, actions) {
      told.push(message);
      return pressed(actions);
    },
    async choose(title, choices) {
      told.push(title, ...choices.map(({ label, description = '' }) => `${label}: ${description}`));
      return choices.find(({ label }) => label === press)?.value;
    },
    async type(input) {
      boxes.push(input);
      const text = waiting.shift();
      return text === undefined || input.validate?.(text) !== undefined ? undefined : text;
    },
    busy: (_title, work) => work(),
    show: async (name, text) => void opened.push([name, text]),
    showYaml: async (name, text) => void opened.push([name, text]),
    compareYaml: async (title, left, right) => void opened.push([title, ...left, ...right]),
    outdatePlans: () => undefined,
  };
  return { dialogs, boxes, told, opened };
}
