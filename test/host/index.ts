// Entry of the suite inside the extension host: the same file for the server harness and for @vscode/test-electron.
import Mocha from 'mocha';
import * as fs from 'node:fs';
import { format } from 'node:util';

/** Runs every `*.test.ts` of this folder (bundled behind `#all`) and writes the outcome where both launchers read it. */
export async function run(): Promise<void> {
  const report = process.env['VSCODE_SUITE_REPORT'];
  const write = (line: string): void => {
    if (report === undefined) console.log(line);
    else fs.appendFileSync(report, `${line}\n`);
  };
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => write(format(...args));
  const grep = process.env['MOCHA_GREP'];
  const mocha = new Mocha({
    ui: 'bdd',
    reporter: 'spec',
    color: false,
    timeout: 90_000, // a busy machine tells late what was written
    ...(grep === undefined ? {} : { grep }),
    forbidOnly: process.env['CI'] !== undefined,
  });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  // @ts-expect-error resolved by esbuild to an import of every test file
  await import('#all');
  const count = { passed: 0, failed: 0, skipped: 0 };
  await new Promise<void>((done) => {
    const runner = mocha.run(() => done());
    runner.on('pass', () => count.passed++);
    runner.on('fail', () => count.failed++);
    runner.on('pending', () => count.skipped++);
  });
  if (report !== undefined) fs.writeFileSync(`${report}.json`, JSON.stringify(count));
  if (count.failed > 0 || count.passed === 0) throw new Error(`${count.failed} failed, ${count.passed} passed`);
}
