import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { hostname, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Refused, Unseen } from '../../src/core/graph/errors.ts';
import { chooseKubeconfig, kubeconfigPaths, personsKubeconfig } from '../../src/kubernetes/kubeconfigFile.ts';
import type { Kubeconfig, KubeconfigOptions } from '../../src/kubernetes/kubeconfigFile.ts';

const arn = 'arn:aws:eks:us-west-2:123456789012:cluster/cauchy';
const entry = { server: 'https://ABC.gr7.us-west-2.eks.amazonaws.com', certificateAuthority: 'Y2FuYXJ5' };
const persons = 'apiVersion: v1\nkind: Config\nclusters: []\nusers: [] # mine\n';

/** Time that passes when somebody sleeps. */
function virtualClock(onSleep: () => void = () => undefined): KubeconfigOptions['clock'] & { slept: number } {
  return {
    slept: 0,
    now() {
      return this.slept;
    },
    async sleep(ms) {
      this.slept += ms;
      onSleep();
    },
  };
}

function onPath(program: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program]);
    return true;
  } catch {
    return false;
  }
}

describe('the kubeconfig file', () => {
  let home: string;
  let file: string;
  const kubeconfig = (more: Partial<KubeconfigOptions> = {}): Kubeconfig =>
    personsKubeconfig({ home, workspaces: [], clock: virtualClock(), ...more });
  const leftovers = (): readonly string[] =>
    readdirSync(join(home, '.kube')).filter((name) => !['config', 'config.slipway-backup'].includes(name));
  const refuses = async (saying: RegExp, more: Partial<KubeconfigOptions> = {}): Promise<void> => {
    await assert.rejects(kubeconfig(more).write(arn, entry), (error: Error) => {
      assert.ok(error instanceof Refused, error.stack);
      assert.match(error.message, saying);
      assert.match(error.message, /^[^\n]+\.$/);
      return true;
    });
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'slipway-kubeconfig-'));
    file = join(home, '.kube', 'config');
    mkdirSync(join(home, '.kube'), { mode: 0o700 });
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('is made 0600 in a folder 0700 where there is none', async () => {
    rmSync(join(home, '.kube'), { recursive: true });
    assert.equal(await kubeconfig().read(arn), undefined);
    await kubeconfig().write(arn, entry);
    assert.deepEqual(await kubeconfig().read(arn), entry);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(join(home, '.kube')).mode & 0o777, 0o700);
    assert.deepEqual(leftovers(), []);
    assert.equal(existsSync(`${file}.slipway-backup`), false);
  });

  it('keeps its mode, and one backup of what it was', async () => {
    writeFileSync(file, persons);
    chmodSync(file, 0o664);
    await kubeconfig().write(arn, entry);
    assert.equal(statSync(file).mode & 0o777, 0o664);
    assert.equal(readFileSync(`${file}.slipway-backup`, 'utf8'), persons);
    assert.equal(statSync(`${file}.slipway-backup`).mode & 0o777, 0o600);
    await kubeconfig().remove(arn);
    assert.equal(await kubeconfig().read(arn), undefined);
    assert.deepEqual(leftovers(), []);
  });

  it('is not touched where nothing changes', async () => {
    await kubeconfig().write(arn, entry);
    const before = statSync(file, { bigint: true });
    await kubeconfig().write(arn, entry);
    await kubeconfig().remove(`${arn}2`);
    const after = statSync(file, { bigint: true });
    assert.equal(after.ino, before.ino);
    assert.equal(after.mtimeNs, before.mtimeNs);
  });

  it('is replaced behind its links, which stay', async () => {
    mkdirSync(join(home, 'dotfiles'));
    writeFileSync(join(home, 'dotfiles', 'kube'), persons);
    symlinkSync('../dotfiles/kube', file);
    await kubeconfig().write(arn, entry);
    assert.ok(lstatSync(file).isSymbolicLink());
    assert.equal(readlinkSync(file), '../dotfiles/kube');
    assert.match(readFileSync(join(home, 'dotfiles', 'kube'), 'utf8'), /cluster\/cauchy/);
    assert.deepEqual(leftovers(), []);
  });

  it('is locked by both of its names when it is linked', async () => {
    const target = join(home, 'kube');
    writeFileSync(target, persons);
    symlinkSync(target, file);
    for (const lock of [`${file}.lock`, `${target}.lock`]) {
      writeFileSync(lock, '');
      await refuses(/is held by another program/);
      unlinkSync(lock);
    }
    assert.deepEqual(leftovers(), []);
    assert.equal(existsSync(`${target}.lock`), false);
  });

  it('is made at the end of a link that leads to nothing yet', async () => {
    symlinkSync(join(home, 'dotfiles-kube'), file);
    await kubeconfig().write(arn, entry);
    assert.ok(lstatSync(join(home, 'dotfiles-kube')).isFile());
  });

  it('waits for the lock of kubectl, and takes it when it is free', async () => {
    writeFileSync(`${file}.lock`, '');
    const clock = virtualClock(() => {
      if (clock.slept >= 500) rmSync(`${file}.lock`, { force: true });
    });
    await kubeconfig({ clock }).write(arn, entry);
    assert.equal(clock.slept, 500);
    assert.deepEqual(leftovers(), []);
  });

  it('takes over a lock of ours whose process was killed, and none of a living one', async () => {
    const { pid: dead } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(`${file}.lock`, `slipway ${hostname()} ${dead}\n`);
    const clock = virtualClock();
    await kubeconfig({ clock }).write(arn, entry);
    assert.equal(clock.slept, 0);
    assert.deepEqual(leftovers(), []);
    writeFileSync(`${file}.lock`, `slipway ${hostname()} ${process.pid}\n`);
    await assert.rejects(kubeconfig({ clock }).write(arn, { ...entry, server: 'https://other' }), /config\.lock is held/);
  });

  it('gives up on a lock that stays, and leaves it', async () => {
    writeFileSync(`${file}.lock`, '');
    const clock = virtualClock();
    await refuses(/config\.lock is held/, { clock });
    assert.ok(clock.slept >= 10_000 && clock.slept < 11_000);
    assert.deepEqual(leftovers(), ['config.lock']);
    assert.equal(existsSync(file), false);
  });

  it('is whole and unlocked after a full disk', async () => {
    writeFileSync(file, persons);
    const full: typeof open = async (...args) => {
      const handle = await open(...args);
      handle.writeFile = async () => {
        throw Object.assign(new Error('ENOSPC: canary'), { code: 'ENOSPC' });
      };
      return handle;
    };
    await refuses(/the disk is full/, { open: full });
    assert.equal(readFileSync(file, 'utf8'), persons);
    assert.deepEqual(leftovers(), []);
    assert.equal(existsSync(`${file}.slipway-backup`), false);
  });

  it('is left as it is when it is corrupt', async () => {
    for (const text of ['clusters: [', 'users: 3', '['.repeat(5000), 'token: canary\ntoken: canary']) {
      writeFileSync(file, text);
      await refuses(/no kubeconfig that can be read, and was left as it is/);
      assert.equal(readFileSync(file, 'utf8'), text);
      await assert.rejects(kubeconfig().read(arn), (error: Error) => error instanceof Unseen && !error.message.includes('canary'));
    }
    assert.deepEqual(leftovers(), []);
  });

  it('is refused when it is read-only, a folder, a FIFO, or a circle of links', async () => {
    writeFileSync(file, persons);
    chmodSync(file, 0o400);
    await refuses(/read-only/);
    assert.equal(readFileSync(file, 'utf8'), persons);
    unlinkSync(file);
    mkdirSync(file);
    await refuses(/is no file/);
    rmSync(file, { recursive: true });
    execFileSync('mkfifo', [file]);
    await refuses(/is no file/);
    await assert.rejects(kubeconfig().read(arn), Unseen);
    unlinkSync(file);
    symlinkSync('config', file);
    await refuses(/circle/);
    unlinkSync(file);
    assert.deepEqual(leftovers(), []);
  });

  it('is refused in a workspace, also through a link', async () => {
    const workspace = join(home, 'workspace');
    mkdirSync(workspace);
    const inside = join(workspace, 'kubeconfig');
    await refuses(/lies in a workspace/, { variable: inside, workspaces: [workspace] });
    symlinkSync(inside, file);
    await refuses(/lies in a workspace/, { workspaces: [workspace] });
    assert.deepEqual(readdirSync(workspace), []);
    await kubeconfig({ variable: `${workspace}-not`, workspaces: [workspace] }).write(arn, entry);
  });

  it('is refused when it is another user’s', async function () {
    if (process.getuid?.() !== 0) this.skip();
    writeFileSync(file, persons);
    chownSync(file, 12345, 12345);
    await refuses(/another user/);
    unlinkSync(file);
    chownSync(join(home, '.kube'), 12345, 12345);
    await refuses(/another user/);
  });

  it('is chosen as aws does: the one with the entry, else the first; what is empty or relative is skipped', async () => {
    const [a, b] = [join(home, 'a'), join(home, 'b')];
    const variable = ['', 'relative/config', a, b].join(delimiter);
    assert.deepEqual(kubeconfigPaths({ variable, home }), [a, b]);
    assert.deepEqual(kubeconfigPaths({ variable: `${delimiter}config`, home }), [file]);
    assert.equal(await chooseKubeconfig({ variable, home }, arn), a);
    await kubeconfig({ variable: b }).write(arn, entry);
    writeFileSync(a, '[');
    assert.equal(await chooseKubeconfig({ variable, home }, arn), b);
    assert.equal(await kubeconfig({ variable }).path(arn), b);
  });

  it('is read by kubectl', async function () {
    if (!onPath('kubectl')) this.skip();
    this.timeout(20_000);
    await kubeconfig().write(arn, entry);
    const seen = JSON.parse(
      execFileSync('kubectl', ['config', 'view', '--minify', '--raw', '-o', 'json', '--kubeconfig', file], { encoding: 'utf8' }),
    );
    assert.equal(seen['current-context'], arn);
    assert.deepEqual(seen.clusters, [
      { name: arn, cluster: { server: entry.server, 'certificate-authority-data': entry.certificateAuthority } },
    ]);
    assert.equal(seen.users[0].user.exec.command, 'aws');
  });

  it('is the very text that aws eks update-kubeconfig writes', async function () {
    if (!onPath('aws')) this.skip();
    this.timeout(60_000);
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          cluster: {
            name: 'cauchy',
            arn,
            endpoint: entry.server,
            status: 'ACTIVE',
            certificateAuthority: { data: entry.certificateAuthority },
          },
        }),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const theirs = join(home, 'theirs');
    const args = [
      'eks',
      'update-kubeconfig',
      '--name',
      'cauchy',
      '--region',
      'us-west-2',
      '--endpoint-url',
      `http://127.0.0.1:${address.port}`,
      '--kubeconfig',
      theirs,
    ];
    const env = { PATH: process.env['PATH'], HOME: home, AWS_ACCESS_KEY_ID: 'canary-key', AWS_SECRET_ACCESS_KEY: 'canary-secret' };
    try {
      const [code] = await once(spawn('aws', args, { env, stdio: 'ignore' }), 'exit');
      assert.equal(code, 0);
    } finally {
      server.close();
    }
    await kubeconfig().write(arn, entry);
    assert.equal(readFileSync(file, 'utf8'), readFileSync(theirs, 'utf8'));
  });
});
