import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileIntents } from '../../src/runner/intents.ts';
import { openJournal } from '../../src/runner/journal.ts';
import { lastRunOf } from '../../src/runner/lastRun.ts';
import { acquireLock } from '../../src/runner/lock.ts';
import { Pins } from '../../src/runner/pins.ts';
import { replacePrivately } from '../../src/runner/privateFile.ts';
import { RunnerError } from '../../src/runner/runnerError.ts';
import { defaultStateFolder, fileNameOf } from '../../src/runner/stateFolder.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

/** A process that has lived and is dead: its pid belongs to nobody (or to a later process, born at another time). */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('state files', function () {
  this.timeout(30_000);

  describe('replacePrivately', () => {
    it('writes for the owner alone, also where the folder was open', async () => {
      await using folder = await temporaryFolder();
      const home = join(folder.path, 'state');
      await mkdir(home);
      await chmod(home, 0o755);
      await replacePrivately(join(home, 'x.json'), '{}');
      assert.equal(await modeOf(join(home, 'x.json')), 0o600);
      assert.equal(await modeOf(home), 0o700);
    });

    it('leaves the old file and no other when the new one cannot be put in place', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'taken');
      await mkdir(join(path, 'child'), { recursive: true });
      await assert.rejects(replacePrivately(path, 'new'));
      assert.deepEqual(await readdir(folder.path), ['taken']);
    });
  });

  describe('lock', () => {
    it('is held by one run; the second is told who runs and since when', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'locks', 'a.json');
      const lock = await acquireLock(path, 'run-1', 'apply');
      await assert.rejects(acquireLock(path, 'run-2', 'destroy'), (error: unknown) => {
        assert.ok(error instanceof RunnerError);
        assert.equal(error.fields.exit, 2);
        assert.match(error.message, new RegExp(`apply by process ${String(process.pid)} on .*, since \\d{4}-`));
        return true;
      });
      await lock.release();
      await (await acquireLock(path, 'run-2', 'destroy')).release();
      assert.deepEqual(await readdir(join(folder.path, 'locks')), []);
    });

    it('is given to one of many that start at the same time', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'a.json');
      const all = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => acquireLock(path, `run-${String(index)}`, 'apply')));
      assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    it('is taken over from a dead process, by one of many', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'a.json');
      await writeFile(
        path,
        JSON.stringify({ run: 'dead', verb: 'apply', pid: await deadPid(), host: hostname(), since: '2026-01-01T00:00:00Z' }),
      );
      const all = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => acquireLock(path, `run-${String(index)}`, 'apply')));
      assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    it('is taken over when the pid has been given to a later process', async function () {
      if (process.platform !== 'linux') this.skip();
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'a.json');
      await writeFile(
        path,
        JSON.stringify({ run: 'dead', verb: 'apply', pid: process.pid, host: hostname(), since: '2026-01-01T00:00:00Z', born: '1' }),
      );
      await (await acquireLock(path, 'run-2', 'apply')).release();
    });

    it('of another machine counts as held', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'a.json');
      await writeFile(path, JSON.stringify({ run: 'far', verb: 'apply', pid: 1, host: 'elsewhere', since: '2026-01-01T00:00:00Z' }));
      await assert.rejects(acquireLock(path, 'run-2', 'apply'), /on elsewhere/);
    });

    it('that cannot be read as one is replaced', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'a.json');
      await writeFile(path, '{"half":');
      await (await acquireLock(path, 'run-2', 'apply')).release();
    });
  });

  describe('intents', () => {
    it('survive the process, and end', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'intents', 'a.json');
      const first = fileIntents(path);
      await Promise.all([first.begin('vpc', 1_000), first.begin('internet-gateway', 2_000)]);
      assert.equal(await modeOf(path), 0o600);
      const second = fileIntents(path);
      assert.deepEqual([...(await second.open())].sort(), [
        ['internet-gateway', 2_000],
        ['vpc', 1_000],
      ]);
      await second.end('vpc');
      assert.deepEqual([...(await fileIntents(path).open())], [['internet-gateway', 2_000]]);
    });

    it('that cannot be written fail the one who announces, before anything is sent', async () => {
      await using folder = await temporaryFolder();
      await writeFile(join(folder.path, 'file'), '');
      await assert.rejects(fileIntents(join(folder.path, 'file', 'a.json')).begin('vpc', 1));
    });

    it('are none in a corrupt file', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'a.json');
      await writeFile(path, '{"vpc": 1');
      assert.equal((await fileIntents(path).open()).size, 0);
    });
  });

  describe('journal', () => {
    it('has one line a record, whatever the text, and appends', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'journal', 'a.jsonl');
      const hostile = 'a\nb\u001b[31m\u202e\u2028c';
      for (const text of [hostile, 'second']) {
        const journal = await openJournal(path, () => assert.fail());
        journal.write({ text });
        await journal.close();
      }
      const content = await readFile(path, 'utf8');
      assert.doesNotMatch(content, /[\u0000-\u0009\u000b-\u001f\u202e\u2028]/);
      const lines = content
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
      assert.deepEqual(lines, [{ text: hostile }, { text: 'second' }]);
      assert.equal(await modeOf(path), 0o600);
    });

    it('keeps the order of what is written in one moment, and all of it is there when it is closed', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'a.jsonl');
      const journal = await openJournal(path, () => assert.fail());
      const records = Array.from({ length: 500 }, (_, at) => ({ at }));
      for (const record of records.slice(0, 250)) journal.write(record);
      await readFile(path);
      for (const record of records.slice(250)) journal.write(record);
      await journal.close();
      const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
      assert.deepEqual(
        lines.map((line): unknown => JSON.parse(line)),
        records,
      );
    });

    it('that cannot be written any more says so once, and the run goes on', async function () {
      if (process.platform !== 'linux') this.skip();
      const told: unknown[] = [];
      const journal = await openJournalOnFullDisk(told);
      journal.write({ a: 1 });
      journal.write({ a: 2 });
      await journal.close();
      assert.equal(told.length, 1);
    });
  });

  it('remember the run that did not end', async () => {
    await using folder = await temporaryFolder();
    const last = lastRunOf(folder.path, '/w/platform.yml', 'live');
    const run = { run: 'r', verb: 'apply', stages: ['vpc'], at: '2026-01-01T00:00:00Z' } as const;
    await last.begin(run);
    assert.deepEqual(await lastRunOf(folder.path, '/w/platform.yml', 'live').read(), run);
    assert.equal(await lastRunOf(folder.path, '/w/platform.yml', 'rehearsal').read(), undefined);
    const elsewhere = lastRunOf(folder.path, '/w/platform.yml', 'rehearsal', 'http://127.0.0.1:1');
    await elsewhere.begin({ ...run, run: 'other' });
    assert.equal((await lastRunOf(folder.path, '/w/platform.yml', 'live').read())?.run, run.run);
    assert.equal(await lastRunOf(folder.path, '/w/platform.yml', 'rehearsal').read(), undefined);
    await last.end();
    assert.equal(await last.read(), undefined);
  });

  it('keep pins apart by file', async () => {
    await using folder = await temporaryFolder();
    const pins = new Pins(folder.path);
    const pin = { account: '123456789012', region: 'us-west-2', identity: 'arn:aws:iam::123456789012:user/a' };
    await pins.set('/a/platform.yml', pin);
    assert.deepEqual(await pins.of('/a/platform.yml'), pin);
    assert.equal(await pins.of('/b/platform.yml'), undefined);
  });

  it('live where the system keeps state; a relative XDG folder is skipped', () => {
    assert.equal(defaultStateFolder({ XDG_STATE_HOME: '/x' }, 'linux', '/home/a'), '/x/slipway');
    assert.equal(defaultStateFolder({ XDG_STATE_HOME: 'x' }, 'linux', '/home/a'), '/home/a/.local/state/slipway');
    assert.equal(defaultStateFolder({}, 'darwin', '/Users/a'), '/Users/a/Library/Application Support/slipway');
  });

  it('are named by account, region, platform and world', () => {
    const key = { account: '123456789012', region: 'us-west-2', platform: 'cauchy/k3' };
    const names = [
      key,
      { ...key, account: '2'.repeat(12) },
      { ...key, region: 'eu-west-1' },
      { ...key, platform: 'cauchy-k3' },
      { ...key, world: '/w' },
    ].map(fileNameOf);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[\w.-]{1,100}$/);
  });
});

/** /dev/full answers every write with ENOSPC (full(4)); its folder is not ours to change. */
async function openJournalOnFullDisk(told: unknown[]): Promise<Awaited<ReturnType<typeof openJournal>>> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'journal.jsonl');
  await symlink('/dev/full', path);
  return await openJournal(path, (error) => told.push(error));
}
