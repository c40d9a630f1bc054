// Two builds. The host's: one small CommonJS file, the only one in which `vscode` resolves. The core's: ESM chunks shared
// by CLI and runner, in which an import of `vscode` fails the build. `--tests` adds the suite that runs inside VS Code.
import { build } from 'esbuild';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const minify = !process.argv.includes('--readable');
const common = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  mainFields: ['module', 'main'],
  logLevel: 'warning',
  minify,
  keepNames: true,
  legalComments: 'none',
  // The package's own build for Node asks the environment of every token whether to print it, Secrets and all: a quarter of its time.
  alias: { yaml: './node_modules/yaml/browser/index.js' },
  metafile: true,
};

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
writeFileSync('dist/package.json', '{"type":"commonjs"}\n');

const host = await build({
  ...common,
  format: 'cjs',
  external: ['vscode'],
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
});
const core = await build({
  ...common,
  // Where names are shortened they have to be kept by a call for every function that is made: a fifth of what the engine costs.
  ...{ minify: false, minifyWhitespace: minify, minifySyntax: minify, keepNames: false },
  format: 'esm',
  splitting: true,
  entryPoints: { cli: 'src/cli/main.ts', runner: 'src/runner/main.ts' },
  outdir: 'dist/esm',
  outExtension: { '.js': '.mjs' },
  chunkNames: '[name]-[hash]',
  // CommonJS packages inside an ESM bundle still call require() for Node's own modules
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});
for (const entry of ['cli', 'runner']) {
  writeFileSync(
    `dist/${entry}.js`,
    `#!/usr/bin/env node
'use strict';
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write('slipway: Node ' + process.versions.node + ' is too old: use Node 22.19 or newer.\\n');
  process.exit(2);
}
import('./esm/${entry}.mjs');
`,
  );
  chmodSync(`dist/${entry}.js`, 0o755);
}
writeFileSync('dist/meta.json', JSON.stringify({ host: host.metafile, core: core.metafile }));

if (process.argv.includes('--tests')) {
  const all = {
    name: 'all-tests',
    setup(plugin) {
      plugin.onResolve({ filter: /^#all$/ }, (args) => ({ path: 'all', namespace: 'tests', pluginData: args.resolveDir }));
      plugin.onLoad({ filter: /.*/, namespace: 'tests' }, ({ pluginData }) => ({
        resolveDir: pluginData,
        contents: readdirSync(pluginData, { recursive: true })
          .filter((file) => file.endsWith('.test.ts'))
          .sort()
          .map((file) => `import ${JSON.stringify(`./${file.split(path.sep).join('/')}`)};`)
          .join('\n'),
      }));
    },
  };
  rmSync('dist-test', { recursive: true, force: true });
  mkdirSync('dist-test/host', { recursive: true });
  writeFileSync('dist-test/package.json', '{"type":"commonjs"}\n');
  await build({
    ...common,
    minify: false,
    sourcemap: 'inline',
    format: 'cjs',
    external: ['vscode'],
    entryPoints: ['test/host/index.ts'],
    outfile: 'dist-test/host/index.js',
    plugins: [all],
    logOverride: { 'require-resolve-not-external': 'silent' },
  });
}
