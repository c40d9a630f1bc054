import assert from 'node:assert/strict';
import type { Dialogs } from '../../../src/vscode/dialogs.ts';
import { confirmCluster, confirmProgram } from '../../../src/vscode/flows/clusterFlow.ts';

/** A person who presses that button, and what they were shown. */
function person(answer: (actions: readonly string[]) => string | undefined) {
  const shown: string[] = [];
  const dialogs: Dialogs = {
    confirm: async (message, detail, actions) => {
      shown.push(`${message}\n${detail}`);
      return answer(actions);
    },
    tell: async () => undefined,
    choose: async () => undefined,
    type: async () => undefined,
    busy: async (_title, work) => work(),
    show: async () => undefined,
    showYaml: async () => undefined,
    compareYaml: async () => undefined,
    outdatePlans: () => undefined,
  };
  return { dialogs, shown };
}

const program = { kubeconfig: '/home/me/config', command: ['/usr/bin/env', 'a b', '\u202egpj'], environment: ['ZONE=z\n\u001b[2J'] };
const cluster = { server: 'https://\u202eexample', platform: 'cauchy', account: '123456789012', region: 'us-west-2' };

describe('questions about a named cluster', () => {
  it('are a yes only when their button was pressed', async () => {
    const yes = person(([first]) => first).dialogs;
    const no = person(() => undefined).dialogs;
    assert.deepEqual([await confirmProgram(yes, program), await confirmProgram(no, program)], [true, false]);
    assert.deepEqual([await confirmCluster(yes, cluster), await confirmCluster(no, cluster)], [true, false]);
  });

  it('show the program word by word, and nothing that hides or turns round', async () => {
    const { dialogs, shown } = person(() => undefined);
    await confirmProgram(dialogs, program);
    await confirmCluster(dialogs, cluster);
    const [first = '', second = ''] = shown;
    assert.match(first, /^Program: \/usr\/bin\/env$/m);
    assert.match(first, /^Argument 1: a b$/m);
    assert.match(first, /^Variable: ZONE=z\\u\{a\}\\u\{1b\}\[2J$/m);
    assert.doesNotMatch(first + second, /[\u202e\u001b]/);
  });

  it('show a long argument to its end: what is cut off would be agreed to unseen', async () => {
    const { dialogs, shown } = person(() => undefined);
    await confirmProgram(dialogs, { ...program, command: ['/bin/sh', `${'x'.repeat(1_900)}; the end`] });
    assert.match(shown[0] ?? '', /the end/);
  });
});
