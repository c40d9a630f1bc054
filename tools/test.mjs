// npm test: checks, then unit, contract and rehearsal tests, the suite inside the extension host, the UI tests on the packaged
// extension. `--only NAME` runs one part. The last line counts all of them.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { node, root } from './paths.mjs';

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const mocha = (pattern, ...more) => [
  node,
  ['node_modules/mocha/bin/mocha.js', '--reporter', 'tools/mochaReporter.cjs', '--forbid-only', ...more, pattern],
];
const parts = {
  types: { check: [node, ['node_modules/typescript/bin/tsc', '-p', '.']] },
  lint: { check: [node, ['node_modules/eslint/bin/eslint.js', '-c', 'tools/eslint.config.mjs', 'src', 'test', 'tools']] },
  imports: {
    check: [node, ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', 'tools/imports.config.mjs', 'src', 'test']],
  },
  format: {
    check: [
      node,
      [
        'node_modules/prettier/bin/prettier.cjs',
        '--check',
        '--log-level',
        'warn',
        'src/**/*.ts',
        'test/**/*.ts',
        'tools/**/*.mjs',
        '*.mjs',
      ],
    ],
  },
  package: { check: [node, ['tools/package.mjs']] },
  unit: { suite: mocha('test/{core,aws,kubernetes,stages,runner,vscode,house}/**/*.test.ts', '--timeout', '60000') },
  rehearsal: { suite: mocha('test/{rehearsal,cli,platform}/**/*.test.ts', '--timeout', '120000') },
  host: { suite: [node, ['tools/hostSuite.mjs']] },
  ui: { suite: mocha('test/ui/**/*.test.ts', '--timeout', '90000') },
};

const total = { passed: 0, failed: 0, skipped: 0 };
const closing = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/;

/** Runs a part with its output passed on; answers its exit code and the counts of its closing line. */
function run([command, args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let end = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      end = (end + chunk).slice(-300);
    });
    child.on('close', (code) =>
      resolve({
        code,
        counts: closing
          .exec(end.trimEnd())
          ?.slice(1)
          .map((n) => Number(n ?? 0)),
      }),
    );
  });
}

for (const [name, part] of Object.entries(parts)) {
  if (values.only !== undefined && !values.only.includes(name)) continue;
  const began = performance.now();
  console.log(`\n── ${name} ──`);
  const { code, counts } = await run(part.suite ?? part.check);
  // a check counts as one test; a suite that died before its closing line, or ran nothing, has failed
  const [passed, failed, skipped] = part.check ? [code === 0 ? 1 : 0, code === 0 ? 0 : 1, 0] : (counts ?? [0, 1, 0]);
  total.passed += passed;
  total.failed += failed + (code !== 0 && failed === 0 ? 1 : 0) + (passed + failed === 0 ? 1 : 0);
  total.skipped += skipped;
  console.log(`── ${name}: ${code === 0 ? 'good' : `exit ${code}`}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed > 0 ? 1 : 0);
