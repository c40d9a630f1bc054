import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { UiHost, view, type Window } from './window.ts';

const WHOLE_RUN = 120_000;
/** Milliseconds of the wall clock after which nothing may be written any more (face.md section 2; issue 3). */
const AFTER_CANCEL = 2_000;
const AFTER_RELOAD = 5_000;

/** One platform through bad days: each test goes on from where the last one left it. */
describe('a run that does not get to its end at once', function () {
  this.timeout(WHOLE_RUN);
  let host: UiHost;
  let window: Window;

  before(async () => {
    host = await UiHost.start();
    window = await host.open(host.platformFolder());
    await window.root(/not created/).waitFor({ timeout: 60_000 });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await host.shoot(this.currentTest.title);
  });

  after(() => host.stop());

  const breakSomething = async (fault: string, argument?: string): Promise<void> => {
    await window.workbench.command('Slipway: Break Something...');
    const quick = window.workbench.quick();
    await quick.locator('input').fill(fault);
    await quick.getByRole('option').filter({ hasText: fault }).first().click();
    if (argument !== undefined) {
      await quick.getByText('may be left empty').waitFor();
      await quick.locator('input').fill(argument);
      await window.page.keyboard.press('Enter');
    }
    await window.workbench.toast(`Broken: ${fault}`).waitFor();
  };

  const approve = (): Promise<void> =>
    window.workbench.dialog('Apply cauchy (REHEARSAL)?').getByRole('button', { name: 'Apply', exact: true }).click();

  /** Answers the plan's question, and waits until something was asked of the account. */
  const begin = async (): Promise<void> => {
    const written = host.lastWrite();
    await approve();
    while (host.lastWrite() === written) await delay(20);
  };

  it('shows where it failed and why, and offers the ways out', async () => {
    await breakSomething('cluster-failed');
    await window.page.getByRole('button', { name: 'Apply All...' }).first().click();
    await begin();
    const root = window.root(/stopped at Elastic Kubernetes Service/);
    await root.waitFor({ timeout: WHOLE_RUN });
    const { badge } = await window.workbench.item(root);
    assert.equal(badge, '!');
    const cause = window.tree.getByRole('treeitem').and(window.page.locator('[aria-level="4"]'));
    await cause.filter({ hasText: 'Next:' }).waitFor();
    assert.ok((await cause.count()) <= 5, 'a cause chain of at most five lines');
    await window
      .row('Local kubectl configuration')
      .filter({ hasText: /skipped · .* failed/ })
      .waitFor();
    assert.equal(await window.workbench.activity('Slipway').locator('.badge-content').innerText(), '1');
  });

  it('retries up to the stage that failed, and leaves the others for later', async () => {
    const cluster = window.row('Elastic Kubernetes Service');
    await cluster.hover();
    await cluster.getByRole('button', { name: 'Fix...' }).click();
    const retry = window.workbench.quick().getByRole('option').filter({ hasText: 'Retry from Here' });
    await retry.waitFor();
    await host.shoot('fix');
    await retry.click();
    await begin();
    await window.page
      .getByText(/cauchy: Elastic Kubernetes Service is ready, after .* 2 of 5 stages are ready\./)
      .first()
      .waitFor({ timeout: WHOLE_RUN });
    await cluster.filter({ hasText: 'CoreDNS' }).waitFor();
    const operations = host.requests().map(({ operation }) => operation);
    assert.ok(operations.includes('CreateAddon') && !operations.includes('CreateNodegroup'), 'the stages after it were left alone');
  });

  it('ends its writes within two seconds of Cancel, says so, and offers to continue', async () => {
    await window.page.getByRole('button', { name: 'Apply All...' }).first().click();
    await begin();
    await window.page.getByRole('button', { name: 'Cancel Run' }).first().click();
    const cancelled = Date.now();
    const root = window.root(/apply cancelled at \d\d:\d\d/);
    await root.waitFor({ timeout: 40_000 });
    await delay(Math.max(0, cancelled + AFTER_CANCEL + 1_000 - Date.now()));
    assert.ok(host.lastWrite() <= cancelled + AFTER_CANCEL, `the last write came ${host.lastWrite() - cancelled} ms after Cancel`);
    await root.hover();
    await root.getByRole('button', { name: 'Continue Interrupted Run...' }).waitFor();
  });

  it('waits while it is signed out, and goes on after Sign In', async () => {
    await window.workbench.command('Slipway: Reset Rehearsal');
    await window.workbench.dialog('Reset the rehearsal of cauchy?').getByRole('button', { name: 'Reset', exact: true }).click();
    await window.root(/· not created ·/).waitFor();
    await breakSomething('expired-credentials', '120');
    await window.page.getByRole('button', { name: 'Apply All...' }).first().click();
    await approve();
    const root = window.root(/signed out, the run waits/);
    await root.waitFor();
    assert.equal((await window.workbench.item(root)).badge, '!');
    await host.shoot('signed-out');
    await root.hover();
    await root.getByRole('button', { name: 'Sign In' }).click();
    await window.root(/applying/).waitFor();
  });

  it('stops with its window, asks once on reopening, and Continue finishes it', async () => {
    await window.page.reload();
    const reloaded = Date.now();
    window = await view(window.page);
    const prompt = window.workbench.toast('An apply of cauchy was interrupted');
    await prompt.waitFor({ timeout: 40_000 });
    await delay(Math.max(0, reloaded + AFTER_RELOAD + 1_000 - Date.now()));
    assert.ok(host.lastWrite() <= reloaded + AFTER_RELOAD, `the last write came ${host.lastWrite() - reloaded} ms after the reload`);
    for (const action of ['Look', 'Continue', 'Leave']) await prompt.getByRole('button', { name: action }).waitFor();
    await prompt.getByRole('button', { name: 'Continue' }).click();
    await begin();
    await window.root(/· ready ·/).waitFor({ timeout: WHOLE_RUN });
    assert.equal(await prompt.count(), 0);
  });
});
