// The same suite in a desktop VS Code, where one can be had (not verified here: this workplace has none). VSCODE_PATH names an installed one.
import { runTests } from '@vscode/test-electron';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './paths.mjs';

const dir = mkdtempSync(path.join(tmpdir(), 'slipway-electron-'));
const folder = path.join(dir, 'workspace');
cpSync(path.join(root, 'test/host/workspace'), folder, { recursive: true });
await runTests({
  ...(process.env.VSCODE_PATH ? { vscodeExecutablePath: process.env.VSCODE_PATH } : { version: process.env.VSCODE_VERSION ?? 'stable' }),
  extensionDevelopmentPath: root,
  extensionTestsPath: path.join(root, 'dist-test/host/index'),
  launchArgs: [folder, '--disable-extensions', '--disable-workspace-trust', `--user-data-dir=${path.join(dir, 'user')}`],
  extensionTestsEnv: { SLIPWAY_TEST_HOME: dir, ...(process.env.MOCHA_GREP ? { MOCHA_GREP: process.env.MOCHA_GREP } : {}) },
});
