// npm run pictures: the packaged extension in a real VS Code, through one life of the sample platform, light and dark, into docs/pictures.
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
const RUN = 420_000;
/** One life of a platform: nothing there, planned, broken, applied, failed, mended, resumed, ready, gone. */
async function story(browser, name, theme) {
  const dir = mkdtempSync(path.join(tmpdir(), 'slipway-pictures-'));
  const folder = path.join(dir, 'cauchy');
  mkdirSync(folder);
  cpSync(path.join(root, 'manifests'), folder, { recursive: true });
  installExtension(dir, path.join(root, 'dist/slipway.vsix'));
  const server = await startServer({
    dir,
    settings: {
      'slipway.rehearsal': true,
      'slipway.timeScale': 60,
      'workbench.colorTheme': theme,
      'window.autoDetectColorScheme': false,
      'editor.minimap.enabled': false,
    },
  });
  try {
    const page = await openWorkbench(browser, server, { folder, viewport: { width: 1280, height: 820 }, colorScheme: name });
    const stage = new Story(page, name);
    await stage.begins();
    await stage.plans();
    await stage.fails();
    await stage.isMended();
    await stage.isReady();
    await stage.goes();
  } finally {
    server.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

class Story {
  constructor(page, theme) {
    this.page = page;
    this.theme = theme;
    this.workbench = new Workbench(page);
    this.tree = page.getByRole('tree', { name: /Platforms/ });
    page.setDefaultTimeout(120_000);
  }

  row(label) {
    return this.workbench.row(this.tree, label);
  }

  platform(text) {
    return this.row('cauchy').filter({ hasText: text });
  }

  async shoot(what) {
    await this.page.mouse.move(900, 700);
    await this.page.locator('.monaco-hover:not(.hidden)').waitFor({ state: 'hidden' });
    await this.page.screenshot({ path: path.join(target, `${what}-${this.theme}.png`) });
  }

  async begins() {
    await this.workbench.ready();
    await this.workbench.openView('Slipway');
    await this.platform(/not created/).waitFor({ timeout: 90_000 });
    await this.shoot('narrow');
  }

  async plans() {
    await this.page.getByRole('button', { name: 'Preview Plan' }).first().click();
    await this.workbench.editorTab('Plan of cauchy').waitFor();
    await this.shoot('preview');
    await this.workbench.command('View: Close All Editors');
    await this.workbench.editorTab('Plan of cauchy').waitFor({ state: 'detached' });
    await this.widen();
    await this.shoot('before');
  }

  async fails() {
    await this.workbench.command('Slipway: Break Something...');
    await this.workbench.quick().getByRole('option').filter({ hasText: 'lost-answer' }).first().waitFor();
    await this.shoot('break');
    await this.workbench.quick().locator('input').fill('image-missing');
    await this.workbench.quick().getByRole('option').filter({ hasText: 'image-missing' }).first().click();
    await this.workbench.quick().getByText('a part of its reference').waitFor();
    await this.page.keyboard.type('cp-kafka');
    await this.page.keyboard.press('Enter');
    await this.workbench.toast('Broken: image-missing=cp-kafka').waitFor();
    await this.apply('plan');
    await this.row('Cluster Compute')
      .filter({ hasText: /Node group/ })
      .waitFor({ timeout: RUN });
    await this.page.keyboard.press('Escape');
    await this.shoot('during');
    await this.platform(/stopped at/).waitFor({ timeout: RUN });
    await this.workbench.expand(this.row('Kafka'));
    const broker = this.row('Deployment kafka/kafka-broker').filter({ hasText: /failed/ });
    await this.workbench.expand(broker);
    await this.page.getByText('Next:').first().waitFor();
    await this.shoot('failed');
    await broker.hover();
    await broker.getByRole('button', { name: 'Fix...' }).click();
    await this.workbench.quick().getByRole('option').filter({ hasText: 'Retry from Here' }).waitFor();
    await this.shoot('fix');
  }

  async isMended() {
    await this.workbench.quick().getByRole('option').filter({ hasText: 'Mend or Break' }).click();
    await this.workbench.quick().getByRole('option').filter({ hasText: 'broken now' }).first().click();
    await this.workbench.toast('Mended: image-missing').waitFor();
    await this.page.keyboard.press('Escape');
  }

  async isReady() {
    await this.apply('resume');
    await this.platform(/· ready ·/).waitFor({ timeout: RUN });
    await this.page.keyboard.press('Escape');
    await this.row('Kafka').locator('.monaco-tl-twistie').click();
    await this.workbench.expand(this.row('Endpoints'));
    await this.row('Endpoints').filter({ hasText: '6' }).waitFor();
    await this.shoot('ready');
  }

  async goes() {
    await this.row('cauchy').click({ button: 'right' });
    await this.page.getByRole('menuitem', { name: 'Destroy Platform...' }).click();
    const dialog = this.page.getByRole('dialog').filter({ hasText: 'Destroy cauchy (REHEARSAL)?' });
    await dialog.waitFor();
    await this.shoot('destroy');
    await dialog.getByRole('button', { name: 'Destroy...' }).click();
    await this.workbench.quick().getByText('Type cauchy to destroy it.').waitFor();
    await this.page.keyboard.type('cauchy');
    await this.page.keyboard.press('Enter');
    await this.platform(/destroying/).waitFor();
    await this.row('Cluster Compute')
      .filter({ hasText: /deleting/ })
      .waitFor({ timeout: RUN });
    await this.shoot('destroying');
    await this.platform(/not created/).waitFor({ timeout: RUN });
    await this.page.getByText('cauchy is gone.').first().waitFor();
    await this.shoot('gone');
  }

  /** Asks for an apply, pictures the question, and says yes. */
  async apply(picture) {
    await this.page.getByRole('button', { name: 'Apply All...' }).first().click();
    const dialog = this.page.getByRole('dialog').filter({ hasText: 'Apply cauchy (REHEARSAL)?' });
    await dialog.waitFor();
    await this.shoot(picture);
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await this.platform(/applying/).waitFor();
  }

  /** Drags the side bar's edge, so that descriptions are read whole. */
  async widen() {
    const bar = await this.page.locator('.part.sidebar').boundingBox();
    const edge = bar.x + bar.width;
    await this.page.mouse.move(edge, 400);
    await this.page.mouse.down();
    await this.page.mouse.move(edge + 330, 400, { steps: 5 });
    await this.page.mouse.up();
  }
}

const browser = await launchBrowser();
try {
  for (const [name, theme] of Object.entries(themes)) await story(browser, name, theme);
} finally {
  await browser.close();
}
