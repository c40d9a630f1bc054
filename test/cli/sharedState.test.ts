import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reachOf } from '../../src/vscode/model/reach.ts';
import { RunnerChild } from '../runner/runnerChild.ts';
import { temporaryFolder } from '../runner/temporaryFolder.ts';
import { runCli } from './runCli.ts';

describe('a window and a terminal on one platform', function () {
  this.timeout(120_000);

  it('know of each other: the second says who runs and since when', async () => {
    await using home = await temporaryFolder();
    const folder = join(home.path, 'platform');
    await mkdir(folder);
    const file = join(folder, 'platform.yml');
    await writeFile(file, 'name: cauchy\nregion: us-west-2\n');
    const env = { HOME: home.path, XDG_STATE_HOME: join(home.path, 'state') };
    // A home that is not the one of the environment: the window has to ask where the CLI asks.
    const owner = { env, system: process.platform, home: '/canary-home' };
    await using window = new RunnerChild(home.path, env);
    await window.call(
      'open',
      reachOf({ file, mode: 'rehearsal', profile: undefined }, { timeScale: 3, allowCustomEndpoint: false }, [folder], owner),
    );
    const plan = await window.call('plan', { verb: 'apply', stages: ['vpc'] });
    window.call('apply', { stages: ['vpc'], allow: [], approved: plan.fingerprint }).catch(() => undefined);
    await window.seen(({ event, ...rest }) => event === 'resource.started' && 'resource' in rest && rest.resource.startsWith('nat/'));

    const terminal = await runCli(['apply', '--rehearsal', '--yes', '--format', 'json'], { cwd: folder, env });
    await window.end();
    assert.equal(terminal.code, 2, terminal.stderr);
    assert.match(terminal.stderr, new RegExp(`under way: apply by process ${window.child.pid} on .+, since \\d{4}-\\d\\d-\\d\\dT`));
  });
});
