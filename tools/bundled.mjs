// What a bench measures is bundled as it is shipped: node's stripping of types would need more memory than a run, and the packages
// are others than in a bundle.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from './paths.mjs';

/** @returns the file of the bundle, and how to remove it */
export async function bundled(entry) {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const outfile = path.join(folder, `${path.basename(entry, '.mjs')}.mjs`);
  await build({
    ...{
      bundle: true,
      platform: 'node',
      target: 'node22',
      format: 'esm',
      mainFields: ['module', 'main'],
      minifyWhitespace: true,
      minifySyntax: true,
    },
    absWorkingDir: root,
    alias: { yaml: './node_modules/yaml/browser/index.js' },
    entryPoints: [entry],
    outfile,
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
  return { outfile, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
