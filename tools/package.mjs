// Builds and packs the extension into dist/slipway.vsix.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { statSync } from 'node:fs';
import { node, root } from './paths.mjs';

execFileSync(node, ['esbuild.config.mjs', '--tests'], { cwd: root, stdio: 'inherit' });
execFileSync(
  node,
  [
    'node_modules/@vscode/vsce/vsce',
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '-o',
    'dist/slipway.vsix',
  ],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);
console.error(`dist/slipway.vsix: ${(statSync(path.join(root, 'dist/slipway.vsix')).size / 1e6).toFixed(2)} MB`);
