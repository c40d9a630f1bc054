import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readSecrets } from '../../src/cli/givenSecrets.ts';
import { checkRehearsed } from '../../src/runner/rehearsedValues.ts';
import { runCli } from './runCli.ts';

const read = (text: string): ReturnType<typeof readSecrets> => readSecrets(Readable.from([Buffer.from(text)]));

describe('--secrets -', () => {
  it('reads values by Secret and key', async () => {
    const given = await read('{"mer/github":{"token":"canary-token"},"minio/minio":{"accesskey":"canary-user"}}');
    assert.deepEqual(
      [...given].map(([name, keys]) => [name, [...keys]]),
      [
        ['mer/github', [['token', 'canary-token']]],
        ['minio/minio', [['accesskey', 'canary-user']]],
      ],
    );
  });

  for (const [what, text] of [
    ['what is no JSON', '{"mer/github":{"token":"canary-token"'],
    ['a list', '["canary-token"]'],
    ['a Secret without a namespace', '{"canary-token":{"token":"x"}}'],
    ['a value that is no text', '{"mer/github":{"token":{"canary-token":1}}}'],
    ['an empty value', '{"mer/github":{"token":""}}'],
    ['a key that no Secret can have', '{"mer/github":{"canary token":"x"}}'],
  ] as const) {
    it(`refuses ${what}, and quotes nothing of it`, async () => {
      await assert.rejects(read(text), (error: unknown) => {
        assert.ok(error instanceof Error);
        assert.doesNotMatch(`${error.message} ${String(error.cause)} ${JSON.stringify(error)}`, /canary/);
        assert.match(error.message, /^What --secrets - read /);
        return true;
      });
    });
  }

  it('reads no more than it must', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1024 * 1024, 'x');
      })(),
    );
    await assert.rejects(readSecrets(endless), /larger than 4 MB/);
  });

  it('takes no real value into a rehearsal', async () => {
    const real = await read('{"mer/github":{"token":"canary-token"}}');
    assert.throws(() => checkRehearsed(real), /only values that begin with rehearsal-/);
    checkRehearsed(await read('{"mer/github":{"token":"rehearsal-token"}}'));
  });

  describe('on the command line', () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'slipway-secrets-'))));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('is never a file, and needs --yes', async () => {
      const named = await runCli(['apply', '--yes', '--secrets', 'secrets.json'], { cwd: folder });
      assert.equal(named.code, 2);
      assert.match(named.stderr, /--secrets takes only -/);
      const asked = await runCli(['apply', '--secrets', '-'], { cwd: folder, input: '{}' });
      assert.equal(asked.code, 2);
      assert.match(asked.stderr, /needs --yes/);
    }).timeout(20_000);

    it('what is wrong with it is said before anything is asked of AWS, and nothing of it is written or told', async () => {
      writeFileSync(join(folder, 'platform.yml'), 'name: cauchy\nregion: us-west-2\naccount: "123456789012"\n');
      const result = await runCli(['apply', '--yes', '--secrets', '-', '--verbose'], {
        cwd: folder,
        input: '{"mer/github":"canary-token"}',
      });
      assert.equal(result.code, 2);
      const written = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
      assert.doesNotMatch([result.stdout, result.stderr, ...written].join('\n'), /canary/);
      assert.match('the search finds canary-token', /canary/);
    }).timeout(20_000);
  });
});
