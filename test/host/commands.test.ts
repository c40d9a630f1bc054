import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMAND_IDS } from '../../src/vscode/commandIds.ts';

const extension = vscode.extensions.getExtension('slipway.slipway');

describe('the extension in a real host', () => {
  before(async () => {
    assert.ok(extension, 'the extension is installed');
    await extension.activate();
  });

  it('registers every command that it contributes, and no other', async () => {
    const registered = (await vscode.commands.getCommands(true)).filter((id) => id.startsWith('slipway.'));
    // the view brings commands of its own: focus, open, resetViewLocation, …
    const ours = registered.filter((id) => !id.startsWith('slipway.platforms.'));
    assert.deepEqual(ours.toSorted(), COMMAND_IDS.map((id) => `slipway.${id}`).toSorted());
  });

  it('keeps the SDK out of the host', () => {
    const loaded = Object.keys(require.cache).filter(
      (file) => file.includes('@aws-sdk') || file.includes('client-node') || file.includes('/esm/'),
    );
    assert.deepEqual(loaded, []);
  });
});
