import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RehearsedCli } from './rehearsedCli.ts';
import { jsonLines, startCli, type CliResult } from './runCli.ts';

const last = (result: CliResult): Readonly<Record<string, unknown>> => jsonLines(result.stdout).at(-1) ?? {};

interface Status {
  readonly session: string;
  readonly stages: readonly {
    readonly id: string;
    readonly state: string;
    readonly resources: readonly { readonly id: string; readonly state: string; readonly physicalId?: string }[];
  }[];
}

const statusOf = async (cli: RehearsedCli): Promise<Status> => JSON.parse((await cli.run('status')).stdout) as Status;

describe('cli: a platform in the rehearsed account', function () {
  this.timeout(180_000);

  it('comes up, stays as it is, and goes without a rest', async () => {
    await using cli = await RehearsedCli.make();
    const applied = await cli.run('apply', '--yes');
    assert.equal(applied.code, 0, applied.stderr);
    assert.equal(last(applied)['event'], 'run.finished');
    assert.equal(last(applied)['outcome'], 'succeeded');
    for (const line of jsonLines(applied.stdout))
      assert.ok(typeof line['time'] === 'string' && typeof line['run'] === 'string' && typeof line['event'] === 'string');

    const status = await cli.run('status');
    assert.equal(status.code, 0, status.stdout);
    const seen = JSON.parse(status.stdout) as Status;
    assert.deepEqual(
      seen.stages.map(({ id, state }) => `${id} ${state}`),
      ['vpc ready', 'cluster ready', 'ebs-csi ready', 'compute ready', 'kubeconfig ready'],
    );

    const before = (await cli.requests()).length;
    const again = await cli.run('apply', '--yes');
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(last(again)['changed'], []);
    assert.deepEqual(await cli.writes(before), [], 'a second run writes nothing');
    assert.ok((await cli.writes()).length > 20, 'and the log does tell writes');

    const plan = await cli.run('plan');
    assert.equal(plan.code, 0);
    assert.deepEqual((JSON.parse(plan.stdout) as { readonly changes: unknown }).changes, []);

    const wrong = await cli.run('apply', '--yes', '--account', '999999999999');
    assert.equal(wrong.code, 3, wrong.stderr);
    const { error } = last(wrong) as {
      readonly error: { readonly code: string; readonly expected: unknown; readonly actual: Readonly<Record<string, string>> };
    };
    assert.equal(error.code, 'guard');
    assert.deepEqual(error.expected, { account: '999999999999' });
    assert.equal(error.actual['account'], '000000000000');

    const destroyed = await cli.run('destroy', '--yes');
    assert.equal(destroyed.code, 0, destroyed.stderr);
    assert.deepEqual(last(destroyed)['residue'], []);
    const after = await statusOf(cli);
    assert.deepEqual(new Set(after.stages.map(({ state }) => state)), new Set(['absent']));
  });

  it('keeps secrets out of everything that it writes and says', async () => {
    await using cli = await RehearsedCli.make();
    const env = { AWS_SECRET_ACCESS_KEY: 'canary-environment-secret', AWS_SESSION_TOKEN: 'canary-session-token' };
    const run = await cli.runWith({ env }, 'apply', '--yes', '--stage', 'vpc');
    assert.equal(run.code, 0, run.stderr);
    const world = JSON.parse(await readFile(join(cli.folder, 'world', 'world.json'), 'utf8')) as {
      readonly secretAccessKey: string;
      readonly bearerToken: string;
    };
    const secrets = [...Object.values(env), world.secretAccessKey, world.bearerToken];
    const texts = new Map([
      ...(await cli.stateTexts()),
      ['stdout', run.stdout],
      ['stderr', run.stderr],
      ['requests', JSON.stringify(await cli.requests())],
    ]);
    assert.ok(
      [...texts.keys()].some((name) => name.includes('journal')),
      'there is a journal to search',
    );
    assert.deepEqual(leaks(texts, secrets), []);
    assert.deepEqual(leaks(new Map([['planted', `x${world.secretAccessKey}y`]]), secrets), ['planted'], 'the search can find one');
  });

  it('is run by one at a time: the second is told who and since when', async () => {
    await using cli = await RehearsedCli.make(30);
    const first = startCli(cli.arguments('apply', '--yes', '--stage', 'vpc'), { cwd: cli.folder });
    first.stdin.end();
    first.stderr.resume();
    await new Promise<void>((resolve) => first.stdout.on('data', (data: Buffer) => data.includes('resource.started') && resolve()));
    const second = await cli.run('apply', '--yes', '--stage', 'vpc');
    assert.equal(second.code, 2, second.stderr);
    assert.match(
      second.stderr,
      new RegExp(`Another run on this platform is under way: apply by process ${String(first.pid)} on .*, since \\d{4}-\\d\\d-\\d\\dT`),
    );
    first.kill('SIGINT');
    await once(first, 'close');
    assert.equal(first.exitCode, 130);
  });

  it('stops cleanly when it is interrupted, and goes on from there', async () => {
    const stop = async (signal: NodeJS.Signals): Promise<void> => {
      await using cli = await RehearsedCli.make();
      const stopped = await cli.killed(
        signal,
        'apply',
        ({ event, resource }) => event === 'resource.started' && resource === 'routes/public',
      );
      assert.equal(stopped.code, 130, stopped.stderr);
      assert.match(stopped.stderr, /Run slipway apply again to go on/);
      const again = await cli.run('apply', '--yes', '--stage', 'vpc');
      assert.equal(again.code, 0, again.stderr);
    };
    await Promise.all([stop('SIGINT'), stop('SIGTERM'), stop('SIGHUP')]);
  });

  it('goes on when its reader has gone', async () => {
    await using cli = await RehearsedCli.make();
    const child = startCli(cli.arguments('apply', '--yes', '--stage', 'vpc'), { cwd: cli.folder });
    child.stdin.end();
    child.stdout.destroy();
    child.stderr.destroy();
    await once(child, 'exit');
    assert.equal(child.exitCode, 0);
    const status = await statusOf(cli);
    assert.equal(status.stages[0]?.state, 'ready');
  });

  it('converges after ten SIGKILLs, with nothing twice and nothing left', async function () {
    this.timeout(400_000);
    await using cli = await RehearsedCli.make();
    let kills = 0;
    for (const step of [1, 2, 4, 3, 2, 1]) kills += await killAt(cli, 'apply', step);
    const applied = await cli.run('apply', '--yes');
    assert.equal(applied.code, 0, applied.stderr);
    const before = (await cli.requests()).length;
    assert.equal((await cli.run('apply', '--yes')).code, 0);
    assert.deepEqual(await cli.writes(before), []);
    for (const step of [1, 2, 3, 2]) kills += await killAt(cli, 'destroy', step);
    const destroyed = await cli.run('destroy', '--yes');
    assert.equal(destroyed.code, 0, destroyed.stderr);
    assert.deepEqual(last(destroyed)['residue'], []);
    // What was made once too often, or forgotten, would show here.
    const done = (await cli.requests()).filter(({ status }) => status === 200).map(({ operation }) => operation);
    const count = (operation: string): number => done.filter((name) => name === operation).length;
    for (const [make, end] of [
      ['CreateVpc', 'DeleteVpc'],
      ['CreateInternetGateway', 'DeleteInternetGateway'],
      ['AllocateAddress', 'ReleaseAddress'],
      ['CreateNatGateway', 'DeleteNatGateway'],
      ['CreateSubnet', 'DeleteSubnet'],
      ['CreateRole', 'DeleteRole'],
      ['CreateCluster', 'DeleteCluster'],
    ] as const) {
      assert.ok(count(make) > 0, make);
      assert.equal(count(make), count(end), make);
    }
    assert.equal(kills, 10);
  });
});

/** Kills the process at the `count`th step that it begins. */
async function killAt(cli: RehearsedCli, verb: string, count: number): Promise<number> {
  let steps = 0;
  const { sent } = await cli.killed('SIGKILL', verb, ({ event }) => event === 'resource.started' && ++steps === count);
  return sent ? 1 : 0;
}

function leaks(texts: ReadonlyMap<string, string>, secrets: readonly string[]): readonly string[] {
  return [...texts].filter(([, text]) => secrets.some((secret) => text.includes(secret))).map(([name]) => name);
}
