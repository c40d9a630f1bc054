// The suite inside a real extension host: `hostSuite.mjs [--edition oldest] [--vsix FILE]`. Counts go to stdout's last line and to --report FILE.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installEdition } from './install.mjs';
import { editions, root } from './paths.mjs';
import { launchBrowser, openWorkbench } from './vscode/browser.mjs';
import { installExtension, startServer } from './vscode/server.mjs';

const { values } = parseArgs({
  options: { edition: { type: 'string', default: 'current' }, vsix: { type: 'string' }, timeout: { type: 'string', default: '180' } },
});
const edition = editions[values.edition];
installEdition(edition);
const dir = mkdtempSync(path.join(tmpdir(), 'slipway-host-'));
const folder = path.join(dir, 'workspace');
cpSync(path.join(root, 'test/host/workspace'), folder, { recursive: true });
const report = path.join(dir, 'report.txt');
writeFileSync(report, '');
let development = root;
if (values.vsix !== undefined) {
  installExtension(dir, values.vsix, edition);
  development = path.join(dir, 'stub');
  mkdirSync(development);
  writeFileSync(
    path.join(development, 'package.json'),
    '{"name":"slipway-suite","publisher":"slipway","version":"0.0.1","engines":{"vscode":"^1.100.0"}}',
  );
}

const server = await startServer({
  dir,
  driver: true,
  edition,
  env: { VSCODE_SUITE_REPORT: report, MOCHA_GREP: process.env.MOCHA_GREP ?? '', SLIPWAY_TEST_HOME: dir },
});
const browser = await launchBrowser();
const errors = [];
let shown = 0;
const tail = () => {
  const text = readFileSync(report);
  if (text.length > shown) process.stdout.write(text.subarray(shown));
  shown = text.length;
};
const exited = new Promise((resolve) => {
  void openWorkbench(browser, server, {
    folder,
    development,
    tests: path.join(root, 'dist-test/host/index'),
    onLog: (type, args) => type === 'error' && errors.push(args.map(String).join(' ')),
    onExit: resolve,
  });
});
const timer = setInterval(tail, 100);
let late;
const code = await Promise.race([
  exited,
  new Promise((resolve) => (late = setTimeout(() => resolve('the time limit was reached'), Number(values.timeout) * 1000))),
]);
clearInterval(timer);
clearTimeout(late);
tail();
await browser.close();
server.stop();
const counts = existsSync(`${report}.json`) ? JSON.parse(readFileSync(`${report}.json`, 'utf8')) : { passed: 0, failed: 1, skipped: 0 };
if (code !== 0) {
  console.error(
    `the suite did not end well (${code}):\n${errors
      .slice(-5)
      .map((e) => e.slice(0, 600))
      .join('\n')}`,
  );
  counts.failed = Math.max(counts.failed, 1);
}
if (process.env.KEEP) console.error(`kept ${dir}`);
else rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ''}`);
process.exit(counts.failed > 0 ? 1 : 0);
