import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RehearsedCli } from './rehearsedCli.ts';
import { jsonLines, type CliResult } from './runCli.ts';

const SAMPLE = fileURLToPath(new URL('../../manifests', import.meta.url));
/** A rehearsal takes nothing else; of a value that is known beforehand it can be told where it is. */
const CANARY = 'rehearsal-canary-7f3a';
const SECRETS = JSON.stringify({
  'argo-events/github-access': { token: `${CANARY}-token` },
  'minio/minio': { accesskey: `${CANARY}-user`, secretkey: `${CANARY}-password` },
});

/** Whatever stands in an argument or in the environment of any process of this machine that may be read, while `work` goes on. */
async function listedDuring<T>(
  work: Promise<T>,
): Promise<{ readonly result: T; readonly helms: number; readonly found: readonly string[] }> {
  const found: string[] = [];
  let helms = 0;
  let isOver = false;
  const result = work.finally(() => (isOver = true));
  while (!isOver) {
    for (const text of processTexts()) {
      if (text.includes('rehearse-helm')) helms++;
      if (text.includes(CANARY)) found.push(text);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { result: await result, helms, found };
}

function processTexts(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) =>
      ['cmdline', 'environ'].map((file) => {
        try {
          return readFileSync(join('/proc', pid, file), 'utf8');
        } catch {
          return ''; // somebody else's, or it has ended
        }
      }),
    );
}

const last = (result: CliResult): Readonly<Record<string, unknown>> => jsonLines(result.stdout).at(-1) ?? {};

describe('cli: the sample platform in a rehearsal', function () {
  this.timeout(400_000);
  let cli: RehearsedCli;

  before(async () => {
    // ten minutes, the patience with a workload, are six seconds then: enough for a busy machine
    cli = await RehearsedCli.make(100);
    cpSync(SAMPLE, cli.folder, { recursive: true });
  });
  after(() => cli[Symbol.asyncDispose]());

  it('finds a secret in a process listing where there is one', async function () {
    if (process.platform !== 'linux') this.skip();
    const argument = `${CANARY}-argument`;
    const sleeper = spawn(process.execPath, ['-e', 'process.stdin.resume()', argument], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(sleeper, 'spawn');
    const ended = once(sleeper, 'close');
    const listed = listedDuring(ended);
    sleeper.stdin.end();
    assert.ok((await listed).found.some((text) => text.includes(argument)));
  });

  it('comes up to its last stage, and no secret is in anything that was written, said or listed', async function () {
    if (process.platform !== 'linux') this.skip();
    const { result, helms, found } = await listedDuring(cli.runWith({ input: SECRETS }, 'apply', '--yes', '--secrets', '-'));
    assert.equal(result.code, 0, result.stderr);
    assert.ok(helms > 0, 'Helm was at work while the processes were listed');
    assert.deepEqual(found, []);
    assert.equal(last(result)['outcome'], 'succeeded');
    const texts = [result.stdout, result.stderr, ...(await cli.stateTexts()).values(), ...worldTexts(cli.folder)];
    assert.ok(
      texts.some((text) => text.includes('github-access')),
      'the Secret itself is told',
    );
    assert.ok(!texts.some((text) => text.includes(CANARY) || text.includes(Buffer.from(`${CANARY}-token`).toString('base64'))));
  });

  it('is ready in every stage, and a second run writes nothing', async () => {
    const status = JSON.parse((await cli.run('status')).stdout) as {
      readonly stages: readonly { readonly id: string; readonly state: string }[];
    };
    assert.ok(status.stages.length >= 15);
    assert.deepEqual(
      status.stages.filter(({ state }) => state !== 'ready').map(({ id, state }) => `${id} ${state}`),
      [],
    );
    const before = (await cli.requests()).length;
    const again = await cli.run('apply', '--yes');
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(await cli.writes(before), []);
  });

  it('goes without a trace', async () => {
    const gone = await cli.run('destroy', '--yes');
    assert.equal(gone.code, 0, gone.stderr);
    assert.deepEqual(last(gone)['residue'], []);
  });
});

/** All that the rehearsed world keeps, but its key of a run. */
function worldTexts(folder: string): readonly string[] {
  const world = join(folder, 'world');
  return readdirSync(world, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}
