import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
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

  it('keeps the SDK out of the host: its one bundle holds none of it, the runner’s chunks do', () => {
    const dist = path.join(extension?.extensionPath ?? '', 'dist');
    // What every client of the SDK names itself as; the product nowhere does.
    const mark = /aws-sdk-js/;
    const chunks = readdirSync(path.join(dist, 'esm')).filter((file) => file.endsWith('.mjs'));
    assert.ok(
      chunks.some((file) => mark.test(readFileSync(path.join(dist, 'esm', file), 'utf8'))),
      'the mark is not the SDK’s',
    );
    assert.doesNotMatch(readFileSync(path.join(dist, 'extension.js'), 'utf8'), mark);
    const loaded = Object.keys(require.cache).filter((file) => file.startsWith(dist + path.sep));
    assert.deepEqual(
      loaded.filter((file) => file !== path.join(dist, 'extension.js')),
      [],
    );
  });
});
