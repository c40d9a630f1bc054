import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RehearsedCli } from './rehearsedCli.ts';
import { jsonLines, type CliResult } from './runCli.ts';

const ARN = 'arn:aws:eks:us-west-2:000000000000:cluster/cauchy';

/** What somebody wrote by hand for the cluster that is theirs. */
const HAND_MADE = `apiVersion: v1
kind: Config
clusters:
  - name: ${ARN}
    cluster: { server: "https://127.0.0.1:1", certificate-authority-data: aGFuZC1tYWRl }
contexts:
  - name: ${ARN}
    context: { cluster: ${ARN}, user: ${ARN} }
users:
  - name: ${ARN}
    user: { token: canary-hand-made }
current-context: ${ARN}
`;

interface Row {
  readonly id: string;
  readonly state: string;
  readonly owner: string;
}

const last = (result: CliResult): Readonly<Record<string, unknown>> => jsonLines(result.stdout).at(-1) ?? {};

describe('cli: a cluster of our name that is somebody else’s', function () {
  this.timeout(120_000);

  it('keeps an apply from beginning, is told by a status, and outlives a destroy with its kubeconfig entry', async () => {
    await using cli = await RehearsedCli.make();
    const kubeconfig = join(cli.folder, 'world', 'kubeconfig');
    const fault = ['--fault', 'foreign=cluster=cauchy'];

    const status = await cli.run('status', ...fault);
    assert.equal(status.code, 1, status.stdout);
    const { stages } = JSON.parse(status.stdout) as { readonly stages: readonly { readonly resources: readonly Row[] }[] };
    const rows = stages.flatMap(({ resources }) => resources);
    assert.deepEqual(
      rows.filter(({ state }) => state !== 'absent').map(({ id, state, owner }) => [id, state, owner]),
      [['cluster', 'blocked', 'foreign']],
    );
    await writeFile(kubeconfig, HAND_MADE, { mode: 0o600 });

    assert.equal((await cli.run('plan', ...fault)).code, 1);
    const applied = await cli.run('apply', '--yes', ...fault);
    assert.equal(applied.code, 1, applied.stderr);
    assert.match(applied.stderr, /one of that name is there and not ours\. Remove it or choose another name\./);
    assert.deepEqual(await cli.writes(), [], 'nothing half-made');

    const destroyed = await cli.run('destroy', '--yes', ...fault);
    assert.equal(destroyed.code, 0, destroyed.stderr);
    assert.deepEqual([last(destroyed)['failed'], last(destroyed)['residue']], [[], []]);
    assert.deepEqual(await cli.writes(), []);
    assert.equal(await readFile(kubeconfig, 'utf8'), HAND_MADE);
    const asked = (await cli.requests()).filter(({ service }) => service === 'kubernetes');
    assert.deepEqual(asked, [], 'nothing was asked of that cluster');
  });
});
