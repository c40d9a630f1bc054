import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Refused } from '../../src/core/graph/errors.ts';
import { findHelm, type HelmLookup } from '../../src/runner/helm.ts';

describe('where Helm is', () => {
  let folder: string;
  let workspace: string;
  const program = (...parts: readonly string[]): string => {
    const file = path.join(folder, ...parts);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o755);
    return file;
  };
  const lookup = (more: Partial<HelmLookup> = {}): HelmLookup => ({
    path: undefined,
    workspaces: [workspace],
    env: { PATH: '' },
    stateFolder: folder,
    ...more,
  });
  const refused = (words: RegExp) => (error: unknown) =>
    error instanceof Refused && words.test(error.message) && error.code === 'helm-missing' && error.next?.includes('helm.sh') === true;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'slipway-find-helm-')));
    workspace = path.join(folder, 'workspace');
    mkdirSync(workspace);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is the setting, else SLIPWAY_HELM, else PATH', async () => {
    const [set, named, found] = [program('set', 'helm'), program('named', 'helm'), program('bin', 'helm')];
    const env = { PATH: path.dirname(found), SLIPWAY_HELM: named };
    assert.equal((await findHelm(lookup({ path: set, env }))).path, set);
    assert.equal((await findHelm(lookup({ env }))).path, named);
    assert.equal((await findHelm(lookup({ env: { PATH: path.dirname(found) } }))).path, found);
  });

  it('is a real path: what a link leads to is what is run', async () => {
    const real = program('versions', 'helm-4');
    symlinkSync(real, path.join(folder, 'link'));
    assert.equal((await findHelm(lookup({ path: path.join(folder, 'link') }))).path, real);
  });

  it('in a rehearsal is its stand-in, whatever is on the machine', async () => {
    const standIn = { path: '/stand-in', args: ['x'] };
    assert.deepEqual(await findHelm(lookup({ path: program('set', 'helm'), standIn })), standIn);
  });

  it('absent: says how to get one', async () => {
    await assert.rejects(findHelm(lookup()), refused(/not on PATH/));
    await assert.rejects(findHelm(lookup({ path: path.join(folder, 'none') })), refused(/cannot be run/));
  });

  it('is nothing that the repository brings, also by a link or a relative entry of PATH', async () => {
    const inside = program('workspace', 'helm');
    await assert.rejects(findHelm(lookup({ path: inside })), refused(/workspace/));
    await assert.rejects(findHelm(lookup({ env: { PATH: workspace } })), refused(/workspace/));
    symlinkSync(inside, path.join(folder, 'link'));
    await assert.rejects(findHelm(lookup({ path: path.join(folder, 'link') })), refused(/workspace/));
    await assert.rejects(findHelm(lookup({ env: { PATH: `.:${path.relative(process.cwd(), workspace)}` } })), refused(/not on PATH/));
    await assert.rejects(findHelm(lookup({ path: 'helm' })), refused(/no absolute path/));
  });

  it('is no batch file', async () => {
    await assert.rejects(findHelm(lookup({ path: program('helm.cmd') })), refused(/batch file/));
  });
});
