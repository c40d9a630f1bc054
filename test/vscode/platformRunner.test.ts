import assert from 'node:assert/strict';
import { Platform } from '../../src/vscode/platform.ts';
import { RunnerClient, type Answers } from '../../src/vscode/runnerClient.ts';
import { Validator } from '../../src/vscode/validator.ts';
import { ManualClock, settled, status } from './example.ts';
import { ScriptedChannel } from './scriptedChannel.ts';

const NOBODY: Answers = {
  mfaCode: async () => undefined,
  confirmIdentity: async () => false,
  runProgram: async () => false,
  adoptCluster: async () => false,
  signIn: async () => false,
};

/** A platform whose runners finish what is in flight when they are let go. */
function platformWithBusyRunners(): { readonly platform: Platform; readonly runners: ScriptedChannel[] } {
  const runners: ScriptedChannel[] = [];
  const platform = new Platform(
    { key: 'k', file: '/w/platform.yml', fallbackName: 'w', mode: 'live' },
    {
      clock: new ManualClock(),
      fold: (shown) => shown,
      validator: new Validator(() => assert.fail('nothing is read here')),
      startRunner: (_, onEvent) => {
        const channel = new ScriptedChannel((message, self) => {
          if ('call' in message)
            queueMicrotask(() => self.say({ id: message.id, result: message.call === 'open' ? { findings: [] } : status([], {}) }));
        });
        channel.lingers = true;
        runners.push(channel);
        return new RunnerClient(channel, NOBODY, onEvent);
      },
      reachOf: () => ({ file: '/w/platform.yml', mode: 'live', stateFolder: '/s' }),
      log: () => undefined,
      onFindings: () => undefined,
      settledRuns: new Set(),
      onRunEvent: () => undefined,
    },
  );
  return { platform, runners };
}

describe('a platform and its runner', () => {
  it('opens the next runner when the one before has ended, which may still hold the lock of its run', async () => {
    const { platform, runners } = platformWithBusyRunners();
    await platform.ask('faults', {});
    platform.disconnect();
    const again = platform.ask('faults', {});
    await settled();
    assert.deepEqual([runners.length, runners[0]?.closed], [1, true]);
    runners[0]?.die();
    await again;
    assert.equal(runners.length, 2);
    platform.dispose();
  });

  it('keeps its runner when the file was changed: it holds what was entered for Secrets', async () => {
    const { platform, runners } = platformWithBusyRunners();
    await platform.reread();
    assert.equal(runners.length, 0, 'nobody has connected it');
    await platform.ask('faults', {});
    await platform.reread();
    assert.deepEqual(
      runners.map(({ sent, closed }) => [sent.map((message) => ('call' in message ? message.call : 'answer')), closed]),
      [[['open', 'faults', 'open'], false]],
    );
    platform.dispose();
  });

  it('starts none for whoever let it go meanwhile', async () => {
    const { platform, runners } = platformWithBusyRunners();
    await platform.ask('faults', {});
    platform.disconnect();
    const again = assert.rejects(platform.ask('faults', {}), /closed/);
    platform.dispose();
    runners[0]?.die();
    await again;
    assert.equal(runners.length, 1);
  });
});
