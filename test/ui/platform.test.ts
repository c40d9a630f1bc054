import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { Workbench } from '../../tools/vscode/workbench.mjs';
import { UiHost } from './window.ts';

const WHOLE_RUN = 240_000;
/** What must not become a link or an icon. */
const HOSTILE = '[x](command:workbench.action.quit) $(flame)';

/** The packaged extension in a real VS Code, with the rehearsed account behind it: what a person sees from nothing to ready and back. */
describe('a platform in the window', function () {
  this.timeout(60_000);
  let host: UiHost;
  let file: string;
  let page: Page;
  let workbench: Workbench;
  let tree: Locator;
  let root: (text: RegExp) => Locator;

  before(async function () {
    this.timeout(180_000);
    host = await UiHost.start();
    const folder = host.platformFolder();
    file = path.join(folder, 'platform.yml');
    ({ page, workbench, tree, root } = await host.open(folder));
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await host.shoot(this.currentTest.title);
  });

  after(() => host.stop());

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

  it('shows hostile text as text, and makes neither a link nor an icon of it', async () => {
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, `${before}"${HOSTILE}\\e[2J\\u202e": 1\n`);
    await root(/platform\.yml has 1 error/).waitFor();
    try {
      const problem = (await workbench.problems()).filter({ hasText: `${HOSTILE}\\u001b[2J\\u202e` });
      await problem.first().waitFor();
      assert.equal(await problem.locator('a[href^="command:"], .codicon-flame').count(), 0);
    } finally {
      writeFileSync(file, before);
    }
    await root(/not created/).waitFor();
    await workbench.command('View: Hide Panel');
  });

  it('keeps saying what a plan is worth: one that is open tells that platform.yml has changed since', async () => {
    await workbench.command('Slipway: Preview Plan');
    await workbench.editorTab('Plan of cauchy').waitFor();
    const first = workbench.lines().first();
    await first.filter({ hasText: /Plan.of.cauchy.\(REHEARSAL\)/ }).waitFor();
    appendFileSync(file, '# a thought\n');
    await first.filter({ hasText: /This.plan.is.older.than.the.latest.change.of.platform\.yml:.preview.again\./ }).waitFor();
    await host.shoot('stale plan');
    await workbench.command('Slipway: Preview Plan');
    await first.filter({ hasText: /Plan.of.cauchy.\(REHEARSAL\)/ }).waitFor();
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

  it('copies the id of a row from its menu', async () => {
    await workbench.expand(workbench.row(tree, 'Virtual Private Cloud'));
    const vpc = tree.getByRole('treeitem').filter({ hasText: /^VPC 10\.0\.0\.0\/16/ });
    await vpc.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Copy ID' }).click();
    await page.locator('.part.statusbar').getByText('Slipway: copied').waitFor();
    await workbench.expand(workbench.row(tree, 'Virtual Private Cloud'));
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
