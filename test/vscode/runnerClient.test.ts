import assert from 'node:assert/strict';
import { RunnerClient, RunnerFailure, RunnerGone, type Answers } from '../../src/vscode/runnerClient.ts';
import { Validator } from '../../src/vscode/validator.ts';
import { settled } from './example.ts';
import { ScriptedChannel } from './scriptedChannel.ts';

const answers: Answers = {
  mfaCode: async () => '123456',
  confirmIdentity: async () => true,
  runProgram: async () => true,
  adoptCluster: async () => true,
  signIn: async () => assert.fail('the window is gone'),
};
const clientOf = (channel: ScriptedChannel): RunnerClient => new RunnerClient(channel, answers, () => undefined);

describe('the runner’s client', () => {
  it('gives each call its own answer, in whatever order they come', async () => {
    const channel = new ScriptedChannel();
    const client = clientOf(channel);
    const first = client.call('commands', {});
    const second = client.call('faults', {});
    channel.say({ id: 2, result: [] });
    channel.say({ id: 1, result: ['aws ec2 describe-vpcs'] });
    assert.deepEqual([await first, await second], [['aws ec2 describe-vpcs'], []]);
  });

  it('rejects with what the runner says went wrong', async () => {
    const channel = new ScriptedChannel();
    const call = clientOf(channel).call('status', { fresh: true });
    channel.say({ id: 1, failure: { code: 'sso-expired', message: 'The session has expired.', exit: 4 } });
    await assert.rejects(call, (error: unknown) => error instanceof RunnerFailure && error.failure.exit === 4);
  });

  it('rejects everything that is open, and everything later, when the process dies', async () => {
    const channel = new ScriptedChannel();
    const client = clientOf(channel);
    const call = client.call('status', { fresh: true });
    channel.die();
    await assert.rejects(call, RunnerGone);
    await assert.rejects(client.call('status', { fresh: true }), RunnerGone);
    assert.equal(client.gone, true);
  });

  it('puts a question to the person and sends the answer; one that cannot be put is answered "no"', async () => {
    const channel = new ScriptedChannel();
    clientOf(channel);
    channel.say({ ask: 7, question: 'mfaCode', detail: { serial: 'arn:aws:iam::1:mfa/me' } });
    channel.say({ ask: 8, question: 'signIn', detail: { reason: 'expired' } });
    await settled();
    assert.deepEqual(channel.sent, [
      { answer: 7, value: '123456' },
      { answer: 8, value: false },
    ]);
  });
});

describe('validation', () => {
  const reading = (script: ConstructorParameters<typeof ScriptedChannel>[0]): { validator: Validator; started: () => number } => {
    let count = 0;
    const validator = new Validator(() => {
      count++;
      return clientOf(new ScriptedChannel(script));
    });
    return { validator, started: () => count };
  };

  it('keeps one process for all files', async () => {
    const { validator, started } = reading(
      (message, channel) => 'id' in message && queueMicrotask(() => channel.say({ id: message.id, result: [] })),
    );
    await validator.validate('/w/platform.yml');
    await validator.validate('/v/platform.yml');
    assert.equal(started(), 1);
  });

  it('gives a file that brings the process down three tries, then a finding that names it, until it is changed', async () => {
    const { validator, started } = reading((_, channel) => queueMicrotask(() => channel.die()));
    const [finding] = await validator.validate('/w/bomb.yml');
    assert.deepEqual([started(), finding?.code, finding?.severity], [3, 'validation-off', 'error']);
    assert.match(finding?.message ?? '', /bomb\.yml/);
    await validator.validate('/w/bomb.yml');
    assert.equal(started(), 3, 'it is left alone');
    validator.forgive('/w/bomb.yml');
    await validator.validate('/w/bomb.yml');
    assert.equal(started(), 6);
  });
});
