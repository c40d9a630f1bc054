// What the extension costs a window, measured in a real one: the time of its own code at activation, and the heap of the host.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './paths.mjs';
import { launchBrowser, openWorkbench } from './vscode/browser.mjs';
import { installExtension, startServer } from './vscode/server.mjs';
import { Workbench } from './vscode/workbench.mjs';

const ID = 'slipway.slipway';

/** A fresh server, profile and window a time: nothing is warm but the disk. */
async function inWindow({ vsix, server: serverOptions = {}, window = {} }, work) {
  const dir = mkdtempSync(path.join(tmpdir(), 'slipway-bench-window-'));
  const folder = path.join(dir, 'cauchy');
  cpSync(path.join(root, 'manifests'), folder, { recursive: true });
  if (vsix !== undefined) installExtension(dir, vsix);
  const server = await startServer({ dir, settings: { 'slipway.rehearsal': true, 'slipway.timeScale': 200 }, ...serverOptions(dir) });
  const browser = await launchBrowser();
  try {
    return await work({
      dir,
      folder,
      server,
      browser,
      open: (options = {}) => openWorkbench(browser, server, { folder, ...window, ...options }),
    });
  } finally {
    await browser.close();
    server.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** An extension that does nothing, beside ours in the same host: what VS Code itself takes for each. */
function emptyExtension(dir, name, main) {
  const folder = path.join(dir, name);
  mkdirSync(folder);
  const manifest = { name, publisher: 'slipway', version: '0.0.1', engines: { vscode: '^1.100.0' }, ...main };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(path.join(folder, 'index.js'), 'exports.activate = () => undefined;\n');
  return folder;
}

/**
 * Milliseconds that loading our code and calling `activate` take, as VS Code's own Startup Performance tells them, and those of
 * an extension that does nothing.
 */
export function activation(vsix) {
  return inWindow({ vsix, server: () => ({ driver: true }) }, async ({ dir, open }) => {
    const development = emptyExtension(dir, 'empty', { main: './index.js', activationEvents: ['onView:slipway.platforms'] });
    const page = await open({ development });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const workbench = new Workbench(page);
    await workbench.ready();
    await workbench.openView('Slipway');
    await workbench.tree('Platforms').getByRole('treeitem').first().waitFor();
    await workbench.command('Developer: Startup Performance');
    await workbench.editorTab(/Startup Performance/).waitFor();
    const text = page.locator('.part.editor .editor-instance .view-lines');
    await text.getByText('System Info').waitFor();
    await text.click();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+C');
    const report = await page.evaluate(() => navigator.clipboard.readText());
    const milliseconds = (id) => {
      const line = report.split('\n').find((each) => each.startsWith(`| ${id} `));
      if (line === undefined) throw new Error(`VS Code tells nothing of the activation of ${id}`);
      const [, , , load, call] = line.split('|').map((cell) => Number(cell.trim()));
      return load + call;
    };
    return { ours: milliseconds(ID), empty: milliseconds('slipway.empty') };
  });
}

/** Bytes of heap in use in the extension host after a collection, with the extension (its tree shown) or, without `vsix`, of the host alone. */
export function heap(vsix) {
  const server = (dir) => ({ driver: true, env: { HEAP_PROBE_REPORT: path.join(dir, 'heap.json') } });
  return inWindow({ vsix, server }, async ({ dir, open }) => {
    const development = emptyExtension(dir, 'probe', {});
    const code = await new Promise((resolve, reject) => {
      open({ development, tests: path.join(root, 'tools/vscode/heapProbe.cjs'), onExit: resolve }).catch(reject);
    });
    if (code !== 0) throw new Error(`the probe of the heap ended with ${code}`);
    return JSON.parse(readFileSync(path.join(dir, 'heap.json'), 'utf8')).heapUsed;
  });
}
