import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('slipway');
const BROKEN = 'name: cauchy\nregion: us-west-2\ndomian: cauchy.link\n';

/** Resolves once the findings of a file are some, or none; awaited by event. */
async function findings(uri: vscode.Uri, wanted: 'some' | 'none'): Promise<void> {
  const done = (): boolean => vscode.languages.getDiagnostics(uri).some(({ source }) => source === 'slipway') === (wanted === 'some');
  if (done()) return;
  await new Promise<void>((resolve) => {
    const listening = vscode.languages.onDidChangeDiagnostics(() => {
      if (!done()) return;
      listening.dispose();
      resolve();
    });
  });
}

describe('which files are platforms', () => {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder);
  const at = (...parts: string[]): vscode.Uri => vscode.Uri.joinPath(folder.uri, ...parts);
  const write = (uri: vscode.Uri, text: string): Thenable<void> => vscode.workspace.fs.writeFile(uri, Buffer.from(text));

  before(async () => {
    await vscode.extensions.getExtension('slipway.slipway')?.activate();
  });

  afterEach(async () => {
    await settings().update('platforms', undefined, vscode.ConfigurationTarget.Workspace);
    await vscode.workspace.fs.delete(at('further'), { recursive: true });
  });

  it('takes those that a setting names as soon as it does, and watches them', async () => {
    const named = at('further', 'deep', 'other.yml');
    await write(named, BROKEN);
    await settings().update('platforms', ['further/deep/other.yml'], vscode.ConfigurationTarget.Workspace);
    await findings(named, 'some');
    await write(named, 'name: cauchy\nregion: us-west-2\ncluster: { endpoint: { publicCidrs: [192.0.2.0/24] } }\n');
    await findings(named, 'none');
  });

  it('finds one that is made, leaves alone what only has its name, and forgets one that goes with its folder', async () => {
    const theirs = at('further', 'platform.yml');
    const ours = at('made', 'platform.yml');
    await write(theirs, 'kind: SomethingElse\ndomian: 1\n');
    await write(ours, BROKEN);
    await findings(ours, 'some');
    assert.deepEqual(vscode.languages.getDiagnostics(theirs), []);
    await vscode.workspace.fs.delete(at('made'), { recursive: true });
    await findings(ours, 'none');
  });

  it('shows what is wrong with a manifest where it is written, and no longer once it is mended', async () => {
    const file = at('further', 'platform.yml');
    const manifest = at('further', 'kafka', 'broker.yml');
    await write(manifest, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: kafka\n');
    await write(file, 'name: cauchy\nregion: us-west-2\nmanifests: .\ncluster: { endpoint: { publicCidrs: [192.0.2.0/24] } }\n');
    await findings(manifest, 'some');
    assert.ok(vscode.languages.getDiagnostics(file).every(({ severity }) => severity !== vscode.DiagnosticSeverity.Error));
    await write(manifest, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: kafka }\n');
    await findings(manifest, 'none');
  });
});
