import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { UiHost, type Window } from './window.ts';

/** face.md section 4: what somebody sees who has nothing yet. */
describe('the first minutes', function () {
  this.timeout(60_000);
  let host: UiHost;

  before(async function () {
    this.timeout(120_000);
    host = await UiHost.start({ settings: { 'slipway.timeScale': 200 } });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await host.shoot(this.currentTest.title);
  });

  after(() => host.stop());

  const welcome = ({ page }: Window, name: string): Locator => page.locator('.part.sidebar').getByRole('button', { name });

  it('rehearses without an account and without a folder, on a read-only copy of the sample', async () => {
    const window = await host.open();
    await welcome(window, 'Open Folder').first().waitFor();
    await welcome(window, 'Rehearse Without an Account').click();
    await window.root(/^cauchyREHEARSAL · us-west-2 · .* · not created/).waitFor({ timeout: 30_000 });
    await window.root(/cauchy/).click();
    await window.workbench.editorTab('platform.yml').waitFor();
    await window.page.close();
  });

  describe('in a folder without a platform.yml', () => {
    let window: Window;
    let folder: string;

    before(async () => {
      folder = host.emptyFolder('bernoulli');
      window = await host.open(folder);
    });

    it('offers to create one, to rehearse, and a sample', async () => {
      await window.page.locator('.part.sidebar').getByText('There is no platform.yml in this folder yet.').waitFor();
      await welcome(window, 'Create Platform').waitFor();
      await welcome(window, 'Rehearse Without an Account').waitFor();
      await window.page.locator('.part.sidebar').getByText('open a sample').waitFor();
    });

    it('copies the sample after listing what it copies', async () => {
      await window.page.locator('.part.sidebar').getByText('open a sample').click();
      const dialog = window.workbench.dialog('Copy the sample platform?');
      await dialog.getByText('platform.yml').waitFor();
      assert.deepEqual(readdirSync(folder), [], 'nothing is written before the answer');
      await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
      await window.root(/us-west-2 · not connected/).waitFor();
      assert.ok(existsSync(path.join(folder, 'slipway-sample/platform.yml')));
    });

    it('creates a platform in five answers, and never over a file', async () => {
      const { page, workbench } = window;
      const answer = async (question: string, text?: string): Promise<void> => {
        await workbench.quick().getByText(question).first().waitFor();
        if (text !== undefined) await workbench.quick().locator('input').fill(text);
        await page.keyboard.press('Enter');
      };
      await workbench.command('Slipway: Create Platform...');
      await answer('Name of the platform');
      await answer('Oregon');
      await answer('AWS account', '');
      await answer('Domain', '');
      const dialog = workbench.dialog('Create bernoulli?');
      await dialog.getByText('argo/argo-workflows.yml').waitFor();
      await dialog.getByRole('button', { name: 'Create', exact: true }).click();
      await window.root(/bernoulli.*not connected/).waitFor();
      const file = path.join(folder, 'platform.yml');
      assert.match(readFileSync(file, 'utf8'), /^name: bernoulli$/m);
      const mine = `${readFileSync(file, 'utf8')}# mine\n`;
      writeFileSync(file, mine);
      assert.ok(existsSync(path.join(folder, 'argo/argo-workflows.yml')), 'the manifests of the sample come along');
      await workbench.command('Slipway: Create Platform...');
      await page.getByText('is there already: nothing was overwritten.').first().waitFor();
      assert.equal(readFileSync(file, 'utf8'), mine);
    });
  });
});
