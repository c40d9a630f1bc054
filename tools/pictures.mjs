// npm run pictures: the packaged extension in a real VS Code, before, while, after and when it fails, light and dark, into docs/pictures.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { node, root } from './paths.mjs';
import { launchBrowser, openWorkbench } from './vscode/browser.mjs';
import { installExtension, startServer } from './vscode/server.mjs';
import { Workbench } from './vscode/workbench.mjs';

const target = process.env.PICTURES ?? path.join(root, 'docs/pictures');
mkdirSync(target, { recursive: true });
if (!process.argv.includes('--no-build')) execFileSync(node, ['tools/package.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });

const themes = { dark: 'Default Dark Modern', light: 'Default Light Modern' };
const browser = await launchBrowser();
try {
  for (const [name, theme] of Object.entries(themes)) await story(name, theme);
} finally {
  await browser.close();
}

/** One life of a platform: nothing there, planned, applied with a fault, failed, mended, ready, gone. */
async function story(name, theme) {
  const dir = mkdtempSync(path.join(tmpdir(), 'slipway-pictures-'));
  const folder = path.join(dir, 'cauchy');
  mkdirSync(folder);
  cpSync(path.join(root, 'manifests'), folder, { recursive: true });
  installExtension(dir, path.join(root, 'dist/slipway.vsix'));
  const server = await startServer({
    dir,
    settings: { 'slipway.rehearsal': true, 'slipway.timeScale': 120, 'workbench.colorTheme': theme, 'window.autoDetectColorScheme': false },
  });
  try {
    const page = await openWorkbench(browser, server, { folder, viewport: { width: 1280, height: 820 }, colorScheme: name });
    const workbench = new Workbench(page);
    page.setDefaultTimeout(30_000);
    await workbench.ready();
    await workbench.openView('Slipway');
    const tree = page.getByRole('tree', { name: /Platforms/ });
    const platform = (text) => workbench.row(tree, 'cauchy').filter({ hasText: text });
    const shoot = async (what) => {
      await page.mouse.move(900, 700);
      await page.screenshot({ path: path.join(target, `${what}-${name}.png`) });
    };
    await platform(/not created/).waitFor({ timeout: 90_000 });
    await widen(page);
    await shoot('before');

    await workbench.command('Slipway: Break Something...');
    await workbench.quick().getByRole('option').filter({ hasText: 'lost-answer' }).first().waitFor();
    await shoot('break');
    await workbench.quick().locator('input').fill('cluster-failed');
    await workbench.quick().getByRole('option').filter({ hasText: 'cluster-failed' }).first().click();
    await page.locator('.notification-toast').filter({ hasText: 'Broken: cluster-failed' }).waitFor();

    await page.getByRole('button', { name: 'Apply All...' }).first().click();
    const dialog = page.getByRole('dialog').filter({ hasText: 'Apply cauchy (REHEARSAL)?' });
    await dialog.waitFor();
    await shoot('plan');
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await platform(/applying/).waitFor();
    await tree
      .getByRole('treeitem')
      .filter({ hasText: /control plane/ })
      .first()
      .waitFor();
    await shoot('during');
    await platform(/stopped at/).waitFor({ timeout: 300_000 });
    await shoot('failed');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Apply All...' }).first().click();
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await platform(/· ready/).waitFor({ timeout: 300_000 });
    await page.keyboard.press('Escape');
    await shoot('ready');
  } finally {
    server.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Drags the side bar's edge, so that descriptions are read whole. */
async function widen(page) {
  const bar = await page.locator('.part.sidebar').boundingBox();
  const edge = bar.x + bar.width;
  await page.mouse.move(edge, 400);
  await page.mouse.down();
  await page.mouse.move(edge + 330, 400, { steps: 5 });
  await page.mouse.up();
}
