// npm test: checks, then unit, contract and rehearsal tests, the suite inside the extension host, the UI tests on the packaged
// extension. Three side by side, which two cores bear: the longest parts mostly wait for a rehearsed world. `--only NAME` runs single
// parts. The last line counts all of them.
//
// Hundreds of processes of ours are started. They run what was packaged, as a person's do, and share Node's compiled code: from the
// sources each of them would take three seconds of a core before its first word.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { node, root } from './paths.mjs';

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const mocha = (timeout, ...patterns) => [
  'node_modules/mocha/bin/mocha.js',
  ...['--reporter', 'tools/mochaReporter.cjs', '--forbid-only', '--timeout', String(timeout)],
  ...patterns,
];
const mutations = 'test/core/engine/mutations.test.ts';
/** Whole platforms from the command line: they wait for the rehearsed world's clock more than they work. */
const runs = ['test/cli/rehearsal.test.ts', 'test/cli/samplePlatform.test.ts'];
const sources = ['src/**/*.ts', 'test/**/*.ts', 'test/**/*.mjs', 'tools/**/*.mjs', '*.mjs'];

/**
 * `check`: a tool that says yes or no, counted as one test. `suite`: tests, counted by their closing line. `packaged`: takes what
 * `package` makes, which is begun first. Longest first, so that nothing long begins last.
 */
const parts = {
  package: { check: ['tools/package.mjs'] },
  runs: { packaged: true, suite: mocha(120_000, ...runs) },
  ui: { packaged: true, suite: mocha(90_000, 'test/ui/**/*.test.ts') },
  lint: { check: ['node_modules/eslint/bin/eslint.js', '-c', 'tools/eslint.config.mjs', 'src', 'test', 'tools'] },
  stages: { packaged: true, suite: mocha(120_000, 'test/stages/**/*.test.ts') },
  cli: { packaged: true, suite: mocha(120_000, ...runs.flatMap((file) => ['--ignore', file]), 'test/cli/**/*.test.ts') },
  sweep: { suite: mocha(120_000, 'test/sweep/**/*.test.ts') },
  unit: { packaged: true, suite: mocha(60_000, '--ignore', mutations, 'test/{core,aws,manifests,kubernetes,runner,vscode}/**/*.test.ts') },
  rehearsal: { packaged: true, suite: mocha(120_000, 'test/rehearsal/**/*.test.ts') },
  mutations: { suite: mocha(240_000, mutations) },
  types: { check: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  format: { check: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', ...sources] },
  host: { packaged: true, suite: ['tools/hostSuite.mjs'] },
  imports: {
    check: ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', 'tools/imports.config.mjs', 'src', 'test'],
  },
  house: { packaged: true, suite: mocha(60_000, 'test/house/**/*.test.ts') },
};
const SIDE_BY_SIDE = 3;
/** Longer than any part takes on a slow machine (ms): one that hangs is a failure, and the others are told all the same. */
const LIMIT = 15 * 60_000;

const total = { passed: 0, failed: 0, skipped: 0 };
const closing = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/;

const isPackaging = values.only === undefined || values.only.includes('package');
const compiled = mkdtempSync(path.join(tmpdir(), 'slipway-compiled-'));
process.on('exit', () => rmSync(compiled, { recursive: true, force: true }));
const env = {
  ...process.env,
  NODE_COMPILE_CACHE: compiled,
  // what an earlier run has packaged may be of other sources
  ...(isPackaging ? { SLIPWAY_BUILT: path.join(root, 'dist') } : {}),
};

/** Runs a part to its end; answers its exit code and all that it said. */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(node, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT });
    let output = '';
    let said = '';
    child.stdout.on('data', (chunk) => ((output += chunk), (said += chunk)));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => resolve({ code, output, counts: closing.exec(said.trimEnd())?.slice(1) }));
  });
}

async function runPart(name, part) {
  const began = performance.now();
  const { code, output, counts } = await run(part.suite ?? part.check);
  // a suite that died before its closing line, or ran nothing, has failed
  const [passed, failed, skipped] = part.check
    ? [code === 0 ? 1 : 0, code === 0 ? 0 : 1, 0]
    : (counts ?? ['0', '1', '0']).map((count) => Number(count ?? 0));
  total.passed += passed;
  total.failed += failed + (code !== 0 && failed === 0 ? 1 : 0) + (passed + failed === 0 ? 1 : 0);
  total.skipped += skipped;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`\n── ${name} ──\n${output.trimEnd()}\n── ${name}: ${code === 0 ? 'good' : `exit ${code}`}, ${seconds} s`);
}

const waiting = Object.entries(parts).filter(([name]) => values.only === undefined || values.only.includes(name));
const packaging = waiting[0]?.[0] === 'package' ? runPart(...waiting.shift()) : Promise.resolve();
let isPackaged = false;
const packaged = packaging.then(() => (isPackaged = true));

/** Takes the next part that can run until none is left. */
async function work() {
  for (;;) {
    const next = waiting.findIndex(([, part]) => isPackaged || part.packaged === undefined);
    if (next >= 0) await runPart(...waiting.splice(next, 1)[0]);
    else if (isPackaged) return;
    else await packaged;
  }
}

await Promise.all([packaged.then(work), ...Array.from({ length: SIDE_BY_SIDE - 1 }, work)]);
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed > 0 ? 1 : 0);
