// Starts a real VS Code server on 127.0.0.1, always with a connection token, HOME and XDG inside its own folder (security.md).
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { editions, nodeOf, vscodeOf } from '../paths.mjs';

/** Quiet: no AI, no gallery, no telemetry, no tips. `face.md` and vscode-harness.md say why each. */
export const quietSettings = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.editor.useModal': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.autofetch': false,
  'git.openRepositoryInParentFolders': 'never',
  'json.schemaDownload.enable': false,
  'npm.fetchOnlinePackageInfo': false,
  'window.commandCenter': false,
  'editor.hover.delay': 100,
  'files.autoSave': 'off',
  'remote.autoForwardPorts': false,
};

const gallery = { EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
const folders = (dir) => [
  '--accept-server-license-terms',
  '--server-data-dir',
  path.join(dir, 'server'),
  '--user-data-dir',
  path.join(dir, 'user'),
  '--extensions-dir',
  path.join(dir, 'extensions'),
];

export function installExtension(dir, vsix, edition = editions.current) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  execFileSync(nodeOf(edition), ['out/server-main.js', ...folders(dir), '--install-extension', path.resolve(vsix)], {
    cwd: vscodeOf(edition),
    encoding: 'utf8',
    env: { ...process.env, ...gallery, HOME: dir },
  });
}

/**
 * @param {{ dir: string, driver?: boolean, trust?: boolean, env?: Record<string, string>, settings?: object, edition?: { codeServer: string, node: string } }} options
 * `dir` is a private folder of this run. `driver`: honour the payload's development and tests paths (it mutes toasts). `trust: false`: workspaces are trusted without asking.
 * @returns {Promise<{ port: number, token: string, pid: number, logFile: string, url(query: Record<string, string>): string, stop(): void }>}
 */
export async function startServer({ dir, driver = false, trust = false, env = {}, settings = {}, edition = editions.current }) {
  for (const name of ['user/User', 'user/Machine', 'run']) mkdirSync(path.join(dir, name), { recursive: true, mode: 0o700 });
  writeFileSync(path.join(dir, 'user/User/settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  // settings of scope `machine` are read from the remote side's own file
  writeFileSync(path.join(dir, 'user/Machine/settings.json'), JSON.stringify(settings, null, 2));
  const token = randomBytes(24).toString('hex');
  const tokenFile = path.join(dir, 'token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const logFile = path.join(dir, 'server.log');
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(
    nodeOf(edition),
    ['out/server-main.js', '--host', '127.0.0.1', '--port', '0', '--connection-token-file', tokenFile]
      .concat(driver ? ['--enable-smoke-test-driver'] : [], trust ? [] : ['--disable-workspace-trust'])
      .concat('--disable-telemetry', '--disable-experiments', '--disable-update-check', folders(dir)),
    {
      cwd: vscodeOf(edition),
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        ...gallery,
        HOME: dir,
        XDG_RUNTIME_DIR: path.join(dir, 'run'),
        XDG_CONFIG_HOME: path.join(dir, 'config'),
        XDG_STATE_HOME: path.join(dir, 'state'),
        XDG_CACHE_HOME: path.join(dir, 'cache'),
        ...env,
      },
    },
  );
  const stop = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it is gone already
    }
  };
  process.once('exit', stop);
  const port = await listening(child, logFile, stop);
  const url = (query) => `http://127.0.0.1:${port}/?${new URLSearchParams({ tkn: token, ...query })}`;
  return { port, token, pid: child.pid, logFile, url, stop };
}

async function listening(child, logFile, stop) {
  for (const started = Date.now(); ;) {
    const found = /Extension host agent listening on (\d+)/.exec(readFileSync(logFile, 'utf8'));
    if (found) return Number(found[1]);
    if (child.exitCode !== null || Date.now() - started > 60_000) {
      stop();
      throw new Error(`the VS Code server did not start:\n${readFileSync(logFile, 'utf8').slice(0, 2000)}`);
    }
    await new Promise((resume) => setTimeout(resume, 50));
  }
}
