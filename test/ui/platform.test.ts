import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser, openWorkbench } from '../../tools/vscode/browser.mjs';
import { installExtension, startServer } from '../../tools/vscode/server.mjs';
import { Workbench } from '../../tools/vscode/workbench.mjs';

const VSIX = process.env['VSIX'] ?? 'dist/slipway.vsix';
/** Fast enough for a test, slow enough that each state is drawn. */
const SETTINGS = { 'slipway.rehearsal': true, 'slipway.timeScale': 200 };
const WHOLE_RUN = 240_000;

/** The packaged extension in a real VS Code, with the rehearsed account behind it: what a person sees from nothing to ready and back. */
describe('a platform in the window', function () {
  this.timeout(60_000);
  let dir: string;
  let server: Awaited<ReturnType<typeof startServer>>;
  let browser: Browser;
  let page: Page;
  let workbench: Workbench;
  let tree: Locator;

  before(async function () {
    this.timeout(180_000);
    dir = mkdtempSync(path.join(tmpdir(), 'slipway-ui-'));
    const folder = path.join(dir, 'cauchy');
    mkdirSync(folder);
    cpSync('manifests', folder, { recursive: true });
    installExtension(dir, VSIX);
    mkdirSync(path.join(dir, 'user/Machine'), { recursive: true });
    writeFileSync(path.join(dir, 'user/Machine/settings.json'), JSON.stringify(SETTINGS));
    server = await startServer({ dir, settings: SETTINGS });
    browser = await launchBrowser();
    page = await openWorkbench(browser, server, { folder });
    workbench = new Workbench(page);
    await workbench.ready();
    await workbench.openView('Slipway');
    tree = page.getByRole('tree', { name: /Platforms/ });
  });

  afterEach(async function () {
    const pictures = process.env['SHOT_DIR'];
    if (pictures !== undefined && this.currentTest?.state === 'failed') {
      await page.screenshot({ path: path.join(pictures, `${this.currentTest.title.replace(/\W+/g, '-')}.png`) });
    }
  });

  after(async () => {
    await browser.close();
    server.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const root = (text: RegExp): Locator => workbench.row(tree, 'cauchy').filter({ hasText: text });

  it('shows the stages as not created, with REHEARSAL as the first word', async () => {
    await root(/not created/).waitFor({ timeout: 60_000 });
    const { description, aria } = await workbench.item(root(/not created/));
    assert.match(description, /^REHEARSAL · us-west-2 · .* · not created · ≈\d+ min · would cost ≈\$\d+\/mo$/);
    assert.equal(aria, `cauchy, ${description}`);
    const stages = await tree.getByRole('treeitem').filter({ hasText: 'not created' }).count();
    assert.equal(stages, 6, 'the platform and five stages');
  });

  it('tells in a tooltip what a narrow side bar clips: the whole row, what it requires, the money', async () => {
    const label = tree.getByRole('treeitem').filter({ hasText: 'Elastic Kubernetes Service' }).locator('.label-name');
    const box = await label.boundingBox();
    assert.ok(box);
    // a hover comes for a mouse that moves, not for one that appears
    await page.mouse.move(box.x + 2, box.y + 60);
    await page.mouse.move(box.x + 20, box.y + 6, { steps: 8 });
    const hover = page.locator('.monaco-hover, .workbench-hover').filter({ hasText: 'requires Virtual Private Cloud' });
    await hover.waitFor();
    assert.match((await hover.innerText()).replaceAll('\u00a0', ' '), /not created · ≈\d+ min · would cost \$\d+\/mo/);
    await page.mouse.move(box.x + 600, box.y + 400, { steps: 4 });
    await hover.waitFor({ state: 'hidden' });
  });

  it('applies after one question, and everything gets ready', async function () {
    this.timeout(WHOLE_RUN);
    await page.getByRole('button', { name: 'Apply All...' }).first().click();
    const dialog = page.getByRole('dialog').filter({ hasText: 'Apply cauchy (REHEARSAL)?' });
    await dialog.getByText(/Total: \d+ to create/).waitFor();
    await dialog.getByText('If this window closes, AWS finishes what was started').waitFor();
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await root(/applying \d\/5/).waitFor();
    await root(/· ready ·/).waitFor({ timeout: WHOLE_RUN });
    for (const state of await tree.getByRole('treeitem').locator('.label-description').allInnerTexts()) assert.match(state, /ready/);
  });

  it('shows the commands that somebody would type, and only what needs attention when asked to', async () => {
    await workbench.command('Slipway: Show Equivalent Commands');
    await workbench.editorTab('Commands for cauchy').waitFor();
    await workbench
      .lines()
      .filter({ hasText: /aws.ec2.create-vpc/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Show Only What Needs Attention' }).click();
    await workbench.row(tree, 'Virtual Private Cloud').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Show All' }).click();
    await workbench.row(tree, 'Virtual Private Cloud').waitFor();
  });

  it('destroys only after the name was typed, and nothing is left', async function () {
    this.timeout(WHOLE_RUN);
    await workbench.command('Slipway: Destroy Platform...');
    await page.getByRole('dialog').filter({ hasText: 'Destroy cauchy' }).getByRole('button', { name: 'Destroy...' }).click();
    const input = workbench.quick().locator('input');
    await input.fill('cauch');
    await page.getByText('This is not cauchy.').waitFor();
    await input.fill('cauchy');
    await page.keyboard.press('Enter');
    await root(/destroying/).waitFor();
    await root(/not created/).waitFor({ timeout: WHOLE_RUN });
    await page
      .getByText(/cauchy is gone\. Nothing of it is left/)
      .first()
      .waitFor();
  });
});
