// npm start: a real VS Code at a printed address, the extension in it, a copy of the sample platform open, the rehearsal as its account.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { node, root } from './paths.mjs';
import { installExtension, startServer } from './vscode/server.mjs';

const { values } = parseArgs({ options: { desktop: { type: 'boolean', default: false }, 'no-open': { type: 'boolean', default: false } } });
const say = (text) => console.log(`slipway: ${text}`);

say('building the extension …');
execFileSync(node, [path.join(root, 'tools/package.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
const vsix = path.join(root, 'dist/slipway.vsix');
const dir = mkdtempSync(path.join(tmpdir(), 'slipway-start-')); // 0700 by mkdtemp
const folder = path.join(dir, 'cauchy');
mkdirSync(folder);
cpSync(path.join(root, 'manifests'), folder, { recursive: true });
say(`copied the sample platform to ${folder}`);
const settings = { 'slipway.rehearsal': true };

let stop = () => {};
// also when something below fails: nothing of a start that did not come about stays behind
process.once('exit', () => {
  stop();
  rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});
const end = (code) => process.exit(code);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));

if (values.desktop) {
  const user = path.join(dir, 'user');
  mkdirSync(path.join(user, 'User'), { recursive: true });
  writeFileSync(path.join(user, 'User/settings.json'), JSON.stringify(settings));
  const folders = ['--user-data-dir', user, '--extensions-dir', path.join(dir, 'extensions')];
  const installed = spawnSync('code', [...folders, '--install-extension', vsix], { stdio: 'inherit' });
  if (installed.error) {
    console.error("slipway: there is no 'code' on PATH: install desktop VS Code, or run npm start without --desktop.");
    end(1);
  }
  say('opening desktop VS Code; close its window to stop …');
  // the person's own journal and pins stay their own, and what this start leaves goes with its folder
  const env = { ...process.env, XDG_STATE_HOME: path.join(dir, 'state') };
  const child = spawn('code', [...folders, '--disable-workspace-trust', '--wait', folder], { stdio: 'inherit', env });
  stop = () => child.kill();
  child.on('exit', (code) => end(code ?? 1));
} else {
  installExtension(dir, vsix);
  const server = await startServer({ dir, settings });
  stop = server.stop;
  const url = server.url({ folder });
  say('VS Code is running. Nothing here reaches AWS: the account is a rehearsal on this machine.');
  console.log(`\n    ${url}\n`);
  say('open it in a browser, click the Slipway icon on the left, then "Apply All". Ctrl-C here stops everything and removes the copy.');
  const opener = { darwin: 'open', linux: process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? 'xdg-open' : undefined }[process.platform];
  if (opener && process.stdout.isTTY && !values['no-open'])
    spawn(opener, [url], { stdio: 'ignore', detached: true })
      .on('error', () => {})
      .unref();
  setInterval(() => {
    try {
      process.kill(server.pid, 0);
    } catch {
      console.error('slipway: the VS Code server has ended by itself.');
      end(1);
    }
  }, 2000);
}
