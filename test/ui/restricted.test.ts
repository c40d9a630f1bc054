import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UiHost, type Window } from './window.ts';

const RESTRICTED = 'Restricted Mode: manifests are checked, nothing is run, no credential is read.';
const PROGRAMS = ['aws', 'kubectl', 'helm', 'slipway'];

/** security.md: a workspace that is not trusted is read, and that is all; trust starts nothing by itself. */
describe('a folder that nobody trusts yet', function () {
  this.timeout(60_000);
  let traps: Traps;
  let host: UiHost;
  let window: Window;

  before(async function () {
    this.timeout(120_000);
    traps = new Traps();
    // Connected at once where it may: with this setting a window that is trusted would start an account.
    host = await UiHost.start({ trust: true, env: traps.environment, settings: { 'slipway.rehearsal': true, 'slipway.timeScale': 200 } });
    const folder = host.platformFolder();
    traps.programsIn(folder);
    writeFileSync(path.join(folder, 'platform.yml'), 'name: cauchy\nregion: us-west-2\ndomian: cauchy.link\nmanifests: .\n');
    window = await host.open(folder);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await host.shoot(this.currentTest.title);
  });

  after(async () => {
    await host.stop();
    traps.dispose();
  });

  it('says what Restricted Mode means, and checks the file all the same', async () => {
    const { page, workbench } = window;
    await page.locator('.part.sidebar').getByText(RESTRICTED).waitFor();
    await page.locator('.part.sidebar').getByRole('button', { name: 'Manage Trust' }).waitFor();
    const problems = await workbench.problems();
    await problems.filter({ hasText: 'domian' }).first().waitFor();
  });

  it('runs no program and reads no credential, and goes on so when trust is granted', async () => {
    const { page } = window;
    await page.locator('.part.sidebar').getByRole('button', { name: 'Manage Trust' }).click();
    await page.getByRole('button', { name: 'Trust', exact: true }).first().click();
    await page.locator('.part.sidebar').getByText(RESTRICTED).waitFor({ state: 'detached' });
    await window
      .root(/cauchy/)
      .filter({ hasText: /1 error|not connected/ })
      .waitFor();
    assert.deepEqual(host.requests(), [], 'the rehearsed account was started');
    assert.deepEqual(traps.sprung, []);
  });

  it('has traps that spring', async () => {
    execFileSync(path.join(traps.folder, 'bin', 'aws'), [], { env: traps.environment });
    readFileSync(path.join(traps.folder, 'credentials'));
    await traps.opened;
    assert.deepEqual(traps.sprung, ['aws', 'credentials']);
  });
});

/** Programs that leave a mark when they run, and a credential file that tells when it is opened: a pipe whose writer waits for a reader. */
class Traps {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'slipway-traps-'));
  readonly opened: Promise<void>;
  readonly #writer: ChildProcess;

  constructor() {
    this.programsIn(path.join(this.folder, 'bin'));
    const pipe = path.join(this.folder, 'credentials');
    execFileSync('mkfifo', [pipe]);
    // Opening a pipe for writing waits until somebody reads it.
    this.#writer = spawn('sh', ['-c', `printf '[default]\\n' > ${pipe}; : > ${this.#mark('credentials')}`], { stdio: 'ignore' });
    this.opened = new Promise((resolve) => this.#writer.once('close', () => resolve()));
  }

  get environment(): Record<string, string> {
    const credentials = path.join(this.folder, 'credentials');
    return {
      PATH: `${path.join(this.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_CONFIG_FILE: credentials,
      KUBECONFIG: credentials,
    };
  }

  get sprung(): readonly string[] {
    return [...PROGRAMS, 'credentials'].filter((name) => existsSync(this.#mark(name)));
  }

  programsIn(folder: string): void {
    mkdirSync(folder, { recursive: true });
    for (const name of PROGRAMS) {
      writeFileSync(path.join(folder, name), `#!/bin/sh\n: > ${this.#mark(name)}\n`);
      chmodSync(path.join(folder, name), 0o755);
    }
  }

  dispose(): void {
    this.#writer.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #mark(name: string): string {
    return path.join(this.folder, `sprung-${name}`);
  }
}
