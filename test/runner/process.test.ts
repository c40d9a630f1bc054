import assert from 'node:assert/strict';
import { readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure, Reach } from '../../src/runner/protocol.ts';
import { RunnerChild } from './runnerChild.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const failureOf = (error: unknown): Failure => (error as { readonly failure: Failure }).failure;

async function rehearsed(): Promise<AsyncDisposable & { readonly path: string; readonly reach: Reach }> {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'platform.yml');
  await writeFile(file, 'name: cauchy\nregion: us-west-2\n');
  return {
    path: folder.path,
    reach: { file, mode: 'rehearsal', world: join(folder.path, 'world'), timeScale: 300, stateFolder: join(folder.path, 'state') },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe('the runner process', function () {
  this.timeout(120_000);

  it('checks a document and tells its rows without an account', async () => {
    await using platform = await rehearsed();
    await using runner = new RunnerChild(platform.path);
    const { file } = platform.reach;
    assert.deepEqual(
      (await runner.call('validate', { file })).filter(({ severity }) => severity === 'error'),
      [],
    );
    const findings = await runner.call('validate', { file, text: 'name: cauchy\nregion: nowhere-1\n' });
    assert.equal(findings.filter(({ severity }) => severity === 'error').length, 1);
    const rows = await runner.call('outline', { file });
    assert.equal(rows.session, 'notConnected');
    assert.deepEqual(new Set(rows.stages.map(({ state }) => state)), new Set(['absent']));
    const { range } = await runner.call('locate', { file, paths: [['network', 'cidr'], ['region']] });
    assert.deepEqual(range?.start, { line: 2, column: 9 });
  });

  it('survives five thousand brackets and messages that are none', async () => {
    await using platform = await rehearsed();
    await using runner = new RunnerChild(platform.path);
    runner.child.send({ id: 'x', call: 'status' });
    runner.child.send('canary');
    const findings = await runner.call('validate', {
      file: platform.reach.file,
      text: `name: a\nregion: us-west-2\ntags: ${'['.repeat(5_000)}`,
    });
    assert.ok(findings.some(({ severity }) => severity === 'error'));
    await assert.rejects(runner.call('status', { fresh: true }), (error: unknown) => failureOf(error).code === 'not-open');
  });

  it('says signed out in the status, and with what to do in a plan', async () => {
    await using platform = await rehearsed();
    await using runner = new RunnerChild(platform.path);
    await runner.call('open', { file: platform.reach.file, mode: 'live', stateFolder: platform.reach.stateFolder });
    const status = await runner.call('status', { fresh: true });
    assert.equal(status.session, 'signedOut');
    assert.deepEqual(new Set(status.stages.map(({ state }) => state)), new Set(['unknown']));
    await assert.rejects(
      runner.call('plan', { verb: 'apply' }),
      (error: unknown) => failureOf(error).exit === 4 && failureOf(error).next !== undefined,
    );
  });

  it('asks for an MFA code when a person looks, and never in a poll', async () => {
    await using platform = await rehearsed();
    const { file, stateFolder } = platform.reach;
    await writeFile(file, 'name: cauchy\nregion: us-west-2\nprofile: dev\n');
    const config = join(platform.path, 'config');
    const role = 'role_arn = arn:aws:iam::123456789012:role/dev\nmfa_serial = arn:aws:iam::123456789012:mfa/me\nsource_profile = base\n';
    await writeFile(config, `[profile base]\naws_access_key_id = canary-id\naws_secret_access_key = canary-key\n[profile dev]\n${role}`);
    await using runner = new RunnerChild(platform.path, { AWS_CONFIG_FILE: config });
    assert.equal((await runner.call('open', { file, mode: 'live', stateFolder })).profile, 'dev');
    const polled = await runner.call('status', { fresh: false });
    assert.deepEqual([polled.session, runner.asked], ['signedOut', []]);
    assert.ok(polled.findings.some(({ code }) => code === 'unattended'));
    const looked = await runner.call('status', { fresh: true });
    assert.deepEqual([looked.session, runner.asked], ['signedOut', ['mfaCode']]);
  });

  it('plans, does what was approved and nothing unknown, and tells it as events', async () => {
    await using platform = await rehearsed();
    await using runner = new RunnerChild(platform.path);
    await runner.call('open', platform.reach);
    await assert.rejects(
      runner.call('apply', { allow: [], approved: 'canary-unknown' }),
      (error: unknown) => failureOf(error).code === 'plan-again',
    );
    const plan = await runner.call('plan', { verb: 'apply', stages: ['vpc'] });
    const outcome = await runner.call('apply', { stages: ['vpc'], allow: [], approved: plan.fingerprint });
    assert.equal(outcome.outcome, 'succeeded');
    await runner.seen(({ event }) => event === 'run.finished');
    assert.equal(runner.events[0]?.event, 'run.started');
  });

  it('reads the file anew when it is opened once more, and keeps its session with what was entered', async () => {
    await using platform = await rehearsed();
    await using runner = new RunnerChild(platform.path);
    const { file } = platform.reach;
    await runner.call('open', platform.reach);
    const seen = await runner.call('status', { fresh: true });
    const account = await runner.call('commands', {});
    const polled = runner.call('status', { fresh: false });
    // at once, as the poll may read it meanwhile
    await writeFile(`${file}.new`, 'name: cauchy\nregion: us-west-2\nnetwork: { natGateways: single }\nprofile: dev\n');
    await rename(`${file}.new`, file);
    assert.equal((await runner.call('open', platform.reach)).profile, 'dev');
    assert.equal((await polled).session, 'connected', 'what was asked before is answered');
    const after = await runner.call('status', { fresh: true });
    const gateways = ({ stages }: typeof seen): number =>
      stages.flatMap(({ resources }) => resources).filter(({ id }) => id.startsWith('nat/')).length;
    assert.deepEqual([gateways(seen), gateways(after)], [2, 1]);
    // Another session would have started another server of the rehearsed account.
    assert.equal((await runner.call('commands', {}))[0], account[0]);
  });

  it('lists, makes and mends faults of the rehearsal, and forgets its world', async () => {
    await using platform = await rehearsed();
    await using runner = new RunnerChild(platform.path);
    await runner.call('open', platform.reach);
    assert.ok((await runner.call('faults', {})).every(({ armed }) => !armed));
    await runner.call('breakSomething', { fault: 'address-quota=0', armed: true });
    assert.deepEqual(
      (await runner.call('faults', {})).filter(({ armed }) => armed).map(({ name }) => name),
      ['address-quota'],
    );
    await assert.rejects(runner.call('breakSomething', { fault: 'canary', armed: true }), (error: unknown) => failureOf(error).exit === 2);
    await runner.call('resetRehearsal', {});
    assert.ok((await runner.call('faults', {})).every(({ armed }) => !armed));
  });

  it('writes nothing after its channel is lost, says so in the journal, and tells the next session', async () => {
    await using platform = await rehearsed();
    await using runner = new RunnerChild(platform.path);
    await runner.call('open', platform.reach);
    const plan = await runner.call('plan', { verb: 'apply', stages: ['vpc'] });
    runner.call('apply', { stages: ['vpc'], allow: [], approved: plan.fingerprint }).catch(() => undefined);
    await runner.seen((event) => event.event === 'resource.started' && event.resource.startsWith('nat/'));
    await runner.end();
    assert.equal(runner.child.exitCode, 0);
    const journals = join(platform.reach.stateFolder, 'journal');
    const [journal = ''] = await readdir(journals);
    const lines = (await readFile(join(journals, journal), 'utf8')).trimEnd().split('\n');
    assert.equal((JSON.parse(lines.at(-1) ?? '') as { readonly event: string }).event, 'run.interrupted');

    await using next = new RunnerChild(platform.path);
    const { interrupted } = await next.call('open', platform.reach);
    assert.equal(interrupted?.verb, 'apply');
    assert.deepEqual(interrupted.stages, ['vpc']);
    const again = await next.call('plan', { verb: 'apply', stages: ['vpc'] });
    assert.equal((await next.call('apply', { stages: ['vpc'], allow: [], approved: again.fingerprint })).outcome, 'succeeded');
    assert.equal((await next.call('open', platform.reach)).interrupted, undefined);
  });
});
