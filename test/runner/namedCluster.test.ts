import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namedCluster } from '../../src/runner/namedCluster.ts';
import type { Person } from '../../src/runner/person.ts';
import { ProgramConsents } from '../../src/runner/programConsents.ts';
import type { Questions } from '../../src/runner/protocol.ts';
import { RunnerError } from '../../src/runner/runnerError.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** Says the same to everything, and writes down what it was asked. */
class ScriptedPerson implements Person {
  readonly asked: Questions['runProgram']['detail'][] = [];
  readonly #answer: boolean;
  constructor(answer: boolean) {
    this.#answer = answer;
  }
  ask<Q extends keyof Questions>(question: Q, detail: Questions[Q]['detail']): Promise<Questions[Q]['answer']> {
    assert.equal(question, 'runProgram');
    this.asked.push(detail as Questions['runProgram']['detail']);
    return Promise.resolve(this.#answer as Questions[Q]['answer']);
  }
}

/** A kubeconfig whose program is a trap: it leaves a file when it runs. */
class Trap {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly program: string;
  readonly sprung: string;
  constructor(folder: string) {
    this.folder = folder;
    this.kubeconfig = join(folder, 'home', 'config');
    this.program = join(folder, 'bin', 'trap');
    this.sprung = join(folder, 'sprung');
  }

  async set(exec: object = {}): Promise<this> {
    for (const name of ['home', 'bin', 'workspace', 'state']) await mkdir(join(this.folder, name), { recursive: true });
    const credential = { kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token: 'canary-token' } };
    await writeFile(this.program, `#!/bin/sh\npwd > '${this.sprung}'\necho '${JSON.stringify(credential)}'\n`);
    await chmod(this.program, 0o755);
    await writeFile(
      this.kubeconfig,
      JSON.stringify({
        'current-context': 'one',
        contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443' } }],
        users: [{ name: 'u', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: this.program, ...exec } } }],
      }),
    );
    return this;
  }

  get isSprung(): boolean {
    return existsSync(this.sprung);
  }

  /** A session with this person; `consents` is what one session remembers. */
  reach(
    person: Person,
    { kubeconfig = this.kubeconfig, path = '', consents = new ProgramConsents(join(this.folder, 'state')) } = {},
  ): ReturnType<typeof namedCluster> {
    return namedCluster({
      kubeconfig,
      context: undefined,
      workspaces: [join(this.folder, 'workspace')],
      env: { PATH: path },
      person,
      consents,
      signal: new AbortController().signal,
    });
  }
}

const nobody = (): Promise<string> => assert.fail('no token of EKS is wanted');
const refused =
  (words: RegExp) =>
  (error: unknown): boolean =>
    error instanceof RunnerError && error.fields.exit === 2 && words.test(error.message);

describe('the program of a kubeconfig', () => {
  it('is shown before anything runs, and asked for once: the next session remembers', async () => {
    await using folder = await temporaryFolder();
    const trap = await new Trap(folder.path).set({ args: ['a b'], env: [{ name: 'ZONE', value: 'z' }] });
    const yes = new ScriptedPerson(true);
    const connection = (await trap.reach(yes))(nobody);
    assert.equal(trap.isSprung, false, 'a yes alone runs nothing');
    assert.deepEqual(yes.asked, [{ kubeconfig: trap.kubeconfig, command: [trap.program, 'a b'], environment: ['ZONE=z'] }]);
    assert.equal(await connection.token(), 'canary-token');
    assert.equal(
      (await readFile(trap.sprung, 'utf8')).trim(),
      join(folder.path, 'home'),
      'it runs beside the kubeconfig, not in the workspace',
    );
    const no = new ScriptedPerson(false);
    assert.equal(await (await trap.reach(no))(nobody).token(), 'canary-token');
    assert.equal(no.asked.length, 0);
  });

  it('is asked for again when its arguments, its variables or what its link leads to change', async () => {
    await using folder = await temporaryFolder();
    const trap = await new Trap(folder.path).set();
    const yes = new ScriptedPerson(true);
    await trap.reach(yes);
    const link = join(folder.path, 'bin', 'link');
    await symlink(trap.program, link);
    await trap.set({ command: link });
    await trap.reach(yes);
    const changes: (() => Promise<unknown>)[] = [
      () => trap.set({ args: ['--other'] }),
      () => trap.set({ env: [{ name: 'LD_PRELOAD', value: '/tmp/evil.so' }] }),
      async () => {
        await trap.set({ command: link });
        await writeFile(join(folder.path, 'bin', 'other'), '#!/bin/sh\n', { mode: 0o755 });
        await rm(link);
        await symlink(join(folder.path, 'bin', 'other'), link);
      },
    ];
    for (const change of changes) {
      await change();
      await assert.rejects(trap.reach(new ScriptedPerson(false)), refused(/Nobody has agreed/));
    }
    assert.equal(trap.isSprung, false);
  });

  it('never runs without a yes; a session asks once and keeps the no to itself', async () => {
    await using folder = await temporaryFolder();
    const trap = await new Trap(folder.path).set();
    const no = new ScriptedPerson(false);
    const consents = new ProgramConsents(join(folder.path, 'state'));
    for (let polls = 0; polls < 3; polls++) await assert.rejects(trap.reach(no, { consents }), refused(/Nobody has agreed/));
    assert.equal(no.asked.length, 1);
    assert.equal(trap.isSprung, false);
    assert.deepEqual(await readdir(join(folder.path, 'state')), []);
    await trap.reach(new ScriptedPerson(true));
  });

  it('keeps of a yes the hash, and neither arguments nor variables', async () => {
    await using folder = await temporaryFolder();
    const trap = await new Trap(folder.path).set({ args: ['canary-argument'], env: [{ name: 'KEY', value: 'canary-variable' }] });
    await trap.reach(new ScriptedPerson(true));
    const programs = join(folder.path, 'state', 'programs');
    const [file = '', ...others] = await readdir(programs);
    assert.deepEqual(others, []);
    assert.doesNotMatch(await readFile(join(programs, file), 'utf8'), /canary/);
  });

  it('is looked up on PATH without its relative entries', async () => {
    await using folder = await temporaryFolder();
    const trap = await new Trap(folder.path).set({ command: 'trap' });
    const yes = new ScriptedPerson(true);
    await assert.rejects(trap.reach(yes, { path: `bin::.` }), refused(/not on this machine/));
    await trap.reach(yes, { path: `bin:${join(folder.path, 'bin')}` });
    assert.deepEqual(yes.asked[0]?.command, [trap.program]);
  });

  it('is never one of the workspace, nor a batch file, nor more than can be shown', async () => {
    await using folder = await temporaryFolder();
    const inside = join(folder.path, 'workspace', 'trap');
    const trap = await new Trap(folder.path).set({ command: inside });
    const yes = new ScriptedPerson(true);
    await symlink(trap.program, inside);
    await assert.rejects(trap.reach(yes), refused(/lies in the workspace/), 'as it is written');
    await writeFile(join(folder.path, 'workspace', 'real'), '#!/bin/sh\n', { mode: 0o755 });
    await symlink(join(folder.path, 'workspace', 'real'), join(folder.path, 'bin', 'out'));
    await trap.set({ command: join(folder.path, 'bin', 'out') });
    await assert.rejects(trap.reach(yes), refused(/lies in the workspace/), 'where its link leads');
    await writeFile(join(folder.path, 'bin', 'trap.cmd'), '', { mode: 0o755 });
    await trap.set({ command: join(folder.path, 'bin', 'trap.cmd') });
    await assert.rejects(trap.reach(yes), refused(/batch file/));
    await trap.set({ args: ['x'.repeat(2_000)] });
    await assert.rejects(trap.reach(yes), refused(/more arguments than can be shown/));
    assert.equal(yes.asked.length, 0);
  });

  it('is nothing that a kubeconfig of the workspace can name, by its path or by a link', async () => {
    await using folder = await temporaryFolder();
    const trap = await new Trap(folder.path).set();
    const yes = new ScriptedPerson(true);
    const inside = join(folder.path, 'workspace', 'kubeconfig');
    await writeFile(inside, await readFile(trap.kubeconfig));
    await assert.rejects(trap.reach(yes, { kubeconfig: inside }), refused(/lies in the workspace/));
    const link = join(folder.path, 'home', 'link');
    await symlink(inside, link);
    await assert.rejects(trap.reach(yes, { kubeconfig: link }), refused(/lies in the workspace/));
    assert.equal(yes.asked.length, 0);
    assert.equal(trap.isSprung, false);
  });
});
