import assert from 'node:assert/strict';
import type { FaultView } from '../../../src/runner/protocol.ts';
import type { Dialogs, TypedInput } from '../../../src/vscode/dialogs.ts';
import { breakSomething } from '../../../src/vscode/flows/rehearsalFlow.ts';
import { Platform } from '../../../src/vscode/platform.ts';
import { brokenWords } from '../../../src/vscode/model/platformView.ts';
import { rowDetails } from '../../../src/vscode/model/rowDetails.ts';
import { platformRow } from '../../../src/vscode/model/platformRow.ts';
import { RunnerClient } from '../../../src/vscode/runnerClient.ts';
import { Validator } from '../../../src/vscode/validator.ts';
import { ManualClock, NOW, status } from '../example.ts';
import { ScriptedChannel } from '../scriptedChannel.ts';

const NAMED: FaultView = {
  name: 'access-denied',
  description: 'One action is denied.',
  argument: 'the action',
  needsArgument: true,
  armed: false,
};
const FREE: FaultView = { name: 'slow', description: 'Every answer takes longer.', argument: 'seconds (default 2)', armed: false };

/** A rehearsed platform with that fault, and what was asked of its runner. */
function rehearsed(fault: FaultView): { platform: Platform; broken: unknown[] } {
  const broken: unknown[] = [];
  let armed: readonly string[] = [];
  const channel = new ScriptedChannel((message, self) => {
    if (!('call' in message)) return;
    if (message.call === 'breakSomething') {
      broken.push(message.params);
      armed = message.params.armed ? [message.params.fault] : [];
    }
    const faults = [{ ...fault, armed: armed.length > 0, broken: armed }];
    const results: Record<string, unknown> = { open: { findings: [] }, status: status([], { mode: 'rehearsal' }), faults };
    queueMicrotask(() => self.say({ id: message.id, result: results[message.call] ?? {} }));
  });
  const nobody = async (): Promise<false> => false;
  const answers = { mfaCode: async () => undefined, confirmIdentity: nobody, runProgram: nobody, adoptCluster: nobody, signIn: nobody };
  const platform = new Platform(
    { key: 'k', file: '/w/platform.yml', fallbackName: 'w', mode: 'rehearsal' },
    {
      clock: new ManualClock(),
      fold: (shown) => shown,
      validator: new Validator(() => assert.fail('nothing is read here')),
      startRunner: (_, onEvent) => new RunnerClient(channel, answers, onEvent),
      reachOf: () => ({ file: '/w/platform.yml', mode: 'rehearsal', stateFolder: '/s' }),
      log: () => undefined,
      onFindings: () => undefined,
      settledRuns: new Set(),
      onRunEvent: () => undefined,
    },
  );
  return { platform, broken };
}

/** A person who chooses the first fault and types that, as far as the box lets them. */
function person(typed: string): { dialogs: Dialogs; asked: TypedInput[]; refused: (string | undefined)[] } {
  const asked: TypedInput[] = [];
  const refused: (string | undefined)[] = [];
  const dialogs: Dialogs = {
    confirm: async () => undefined,
    tell: async () => undefined,
    choose: async (_title, [first]) => first?.value,
    type: async (input) => {
      asked.push(input);
      const problem = input.validate?.(typed);
      refused.push(problem);
      return problem === undefined ? typed : undefined;
    },
    busy: (_title, work) => work(),
    show: async () => undefined,
    showYaml: async () => undefined,
    compareYaml: async () => undefined,
    outdatePlans: () => undefined,
  };
  return { dialogs, asked, refused };
}

describe('break something', () => {
  it('does not take an empty box for a fault that needs to know what', async () => {
    const { platform, broken } = rehearsed(NAMED);
    const { dialogs, asked, refused } = person('');
    await breakSomething(platform, dialogs);
    assert.equal(asked[0]?.prompt, 'the action');
    assert.deepEqual([refused, broken], [['It needs the action.'], []]);
    platform.dispose();
  });

  it('says that the box may be left empty where it may', async () => {
    const { platform, broken } = rehearsed(FREE);
    const { dialogs, asked } = person('');
    await breakSomething(platform, dialogs);
    assert.equal(asked[0]?.prompt, 'seconds (default 2) (may be left empty)');
    assert.deepEqual(broken, [{ fault: 'slow', armed: true }]);
    platform.dispose();
  });

  it('leaves a trace: the tooltips of the platform name what is broken on purpose', async () => {
    const { platform } = rehearsed(NAMED);
    await platform.look();
    assert.equal(brokenWords(platform.model.view), undefined);
    await breakSomething(platform, person('ec2:CreateVpc').dialogs);
    await platform.look();
    const { view } = platform.model;
    assert.equal(brokenWords(view), 'Broken on purpose: access-denied=ec2:CreateVpc');
    assert.equal(rowDetails(platformRow(view, NOW), view, [], NOW).broken, brokenWords(view));
    platform.dispose();
  });
});
