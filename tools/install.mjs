// Brings what a fresh machine with Node 20 and npm lacks: our packages, a VS Code server and the Node that it needs. npm registry only, no root.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cache, editions, root, toolFolder } from './paths.mjs';

const say = (text) => process.stderr.write(`slipway: ${text}\n`);
const npm = (args, cwd, env) =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });

/** Our own packages, exactly those of the lock file; again only when it changes. */
export function installPackages() {
  const digest = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = path.join(root, 'node_modules', '.slipway-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  say('installing packages (npm ci) …');
  npm(['ci', '--ignore-scripts'], root);
  writeFileSync(stamp, digest);
}

/** A VS Code server of that edition in the cache. A half-made folder is never used: it gets its name when it is whole. */
export function installEdition(edition) {
  const folder = toolFolder(edition);
  if (existsSync(path.join(folder, '.ready'))) return;
  say(`installing VS Code server ${edition.codeServer} and Node ${edition.node} (once, about a minute) …`);
  const work = path.join(cache, `.making-${process.pid}-${edition.codeServer}`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const platform = `${process.platform}-${process.arch}`;
  writeFileSync(path.join(work, 'package.json'), '{"private":true}');
  npm(['install', '--ignore-scripts', '--save-exact', `code-server@${edition.codeServer}`, `node-${platform}@${edition.node}`], work);
  const vscode = path.join(work, 'node_modules/code-server/lib/vscode');
  const nodePackage = path.join(work, `node_modules/node-${platform}`);
  npm(['install', '--omit=dev', '--ignore-scripts'], vscode); // `npm ci` refuses: the shipped shrinkwrap lacks tslib
  try {
    npm(['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], vscode, {
      npm_config_nodedir: nodePackage,
      JOBS: 'max',
      PATH: `${nodePackage}/bin:${process.env.PATH}`,
    });
  } catch {
    say('no C++ compiler: output channels of the VS Code server stay empty, the rest works');
  }
  if (edition === editions.oldest) borrowRipgrep(work, vscode, platform);
  prune(vscode, nodePackage, platform);
  writeFileSync(path.join(work, '.ready'), '');
  rmSync(folder, { recursive: true, force: true });
  renameSync(work, folder);
}

/** The older server's ripgrep package downloads its binary; the same binary is in an npm package. */
function borrowRipgrep(work, vscode, platform) {
  npm(['install', '--ignore-scripts', '--no-save', `@vscode/ripgrep-${platform}`], work);
  const target = path.join(vscode, 'node_modules/@vscode/ripgrep/bin');
  mkdirSync(target, { recursive: true });
  execFileSync('cp', [path.join(work, 'node_modules/@vscode', `ripgrep-${platform}`, 'bin/rg'), target]);
}

/** 826 → 354 MB: what is never loaded while `chat.disableAIFeatures` is on, and other platforms' binaries. */
function prune(vscode, nodePackage, platform) {
  const drop = (...parts) => rmSync(path.join(...parts), { recursive: true, force: true });
  for (const name of ['@github', '@microsoft/mxc-sdk', '@vscode/sqlite3', 'kerberos', '@devcontainers']) drop(vscode, 'node_modules', name);
  for (const name of ['copilot', 'mermaid-markdown-features', 'microsoft-authentication']) drop(vscode, 'extensions', name);
  for (const folder of ['node_modules/@vscode/ripgrep-universal/bin', 'node_modules/node-pty/prebuilds']) {
    const base = path.join(vscode, folder);
    for (const entry of existsSync(base) ? readdirSync(base) : []) if (entry !== platform) drop(base, entry);
  }
  for (const name of ['share', 'include']) drop(nodePackage, name);
}

if (process.argv[1] === path.join(root, 'tools', 'install.mjs')) {
  installPackages();
  installEdition(process.argv[2] === 'oldest' ? editions.oldest : editions.current);
}
