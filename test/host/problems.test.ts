import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** The file's findings once they satisfy `done`; awaited by event, not by time. */
async function problems(uri: vscode.Uri, done: (found: readonly vscode.Diagnostic[]) => boolean): Promise<readonly vscode.Diagnostic[]> {
  const now = (): readonly vscode.Diagnostic[] => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'slipway');
  if (done(now())) return now();
  return new Promise((resolve) => {
    const listening = vscode.languages.onDidChangeDiagnostics(() => {
      if (!done(now())) return;
      listening.dispose();
      resolve(now());
    });
  });
}

describe('problems of platform.yml', () => {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder);
  const uri = vscode.Uri.joinPath(folder.uri, 'platform.yml');
  let document: vscode.TextDocument;
  let before: string;

  beforeEach(async () => {
    document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    before = document.getText();
  });

  afterEach(async () => {
    await replaceAll(before);
    await document.save();
  });

  async function replaceAll(text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
    await vscode.workspace.applyEdit(edit);
  }

  it('marks an unknown key where it stands while it is typed, and the light bulb mends it', async () => {
    await replaceAll('name: cauchy\nregoin: us-west-2\nregion: us-west-2\n');
    const [found] = (await problems(uri, (all) => all.some(({ range }) => range.start.line === 1))).filter(
      ({ range }) => range.start.line === 1,
    );
    assert.ok(found);
    assert.deepEqual([found.range.start.character, found.severity], [0, vscode.DiagnosticSeverity.Error]);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, found.range);
    const fix = actions.find(({ title }) => title === 'Change to region');
    assert.ok(fix?.edit, `no fix among ${actions.map(({ title }) => title).join()}`);
    assert.deepEqual(
      fix.edit.get(uri).map(({ newText }) => newText),
      ['region'],
    );
  });

  it('says what is wrong with 5,000 nested brackets, and goes on', async () => {
    await replaceAll(`name: cauchy\nregion: us-west-2\ntags: ${'['.repeat(5000)}\n`);
    const found = await problems(uri, (all) => all.some(({ severity }) => severity === vscode.DiagnosticSeverity.Error));
    assert.ok(found.length > 0);
    await replaceAll('name: cauchy\nregion: us-west-2\n');
    await problems(uri, (all) => all.every(({ severity }) => severity !== vscode.DiagnosticSeverity.Error));
  });
});
