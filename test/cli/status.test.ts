import assert from 'node:assert/strict';
import { RehearsedCli } from './rehearsedCli.ts';
import { runCli, type CliResult } from './runCli.ts';

interface Shown {
  readonly platform: Readonly<Record<string, unknown>>;
  readonly session: string;
  readonly observedAt: unknown;
  readonly stages: readonly { readonly resources: readonly Readonly<Record<string, unknown>>[] }[];
  readonly findings: readonly { readonly severity: string; readonly code: string; readonly message: string }[];
}

const shown = ({ stdout }: CliResult): Shown => JSON.parse(stdout) as Shown;
const errors = ({ findings }: Shown): readonly string[] =>
  findings.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code}: ${message}`);

describe('cli: status', function () {
  this.timeout(60_000);

  it('has every key of its contract, with null where there is no value', async () => {
    await using cli = await RehearsedCli.make();
    const { platform, stages } = shown(await cli.run('status'));
    assert.deepEqual(Object.keys(platform), ['name', 'id', 'region', 'account', 'file']);
    assert.equal(platform['id'], null);
    for (const resource of stages.flatMap(({ resources }) => resources)) {
      assert.deepEqual(Object.keys(resource), ['id', 'kind', 'state', 'reason', 'owner', 'physicalId', 'outputs']);
      assert.deepEqual([resource['physicalId'], resource['outputs']], [null, {}]);
    }
    const nobody = shown(await runCli(['status', '--format', 'json'], { cwd: cli.folder }));
    assert.deepEqual([nobody.session, nobody.observedAt, nobody.platform['account']], ['signedOut', null, null]);
  });

  it('says why AWS is out of reach: a region that is off, no network', async () => {
    await using cli = await RehearsedCli.make();
    const off = await cli.run('status', '--fault', 'region-off');
    assert.deepEqual([off.code, shown(off).session], [4, 'unreachable']);
    assert.deepEqual(errors(shown(off)), [
      'unknown-key: cauchy: AWS does not know this key in us-west-2. Enable the region, choose another, or use another key.',
    ]);
    const env = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'canary-secret' };
    const args = ['status', '--format', 'json', '--endpoint', 'http://127.0.0.1:1', '--allow-custom-endpoint'];
    const cut = await runCli(args, { cwd: cli.folder, env });
    assert.deepEqual([cut.code, shown(cut).session], [4, 'unreachable']);
    assert.deepEqual(errors(shown(cut)), ['unreachable: cauchy: AWS cannot be reached. Check the network and the proxy, then continue.']);
  });
});
