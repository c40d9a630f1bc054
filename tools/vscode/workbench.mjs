// The locators that UI tests and pictures need, in one place: those that held on 1.110 and 1.139 (vscode-harness.md section 4).
export class Workbench {
  constructor(page) {
    this.page = page;
    page.setDefaultTimeout(15_000);
  }
  ready() {
    return this.page.getByRole('tab', { name: 'Explorer' }).first().waitFor({ timeout: 90_000 });
  }
  activity(name) {
    return this.page.locator('.part.activitybar').getByRole('tab', { name });
  }
  async openView(name) {
    const tab = this.activity(name);
    await tab.waitFor({ timeout: 30_000 });
    if ((await tab.getAttribute('aria-expanded')) !== 'true') await tab.click();
    const bar = this.page.locator('.part.sidebar');
    const isShown = await bar.waitFor({ timeout: 5_000 }).then(
      () => true,
      () => false,
    );
    // A workbench that is being restored may have opened the view by itself meanwhile: then the click has closed it.
    if (!isShown) await tab.click();
    await bar.waitFor();
  }
  tree(name) {
    return this.page.getByRole('tree', { name });
  }
  row(tree, label) {
    return tree.getByRole('treeitem').filter({ has: this.page.locator('.label-name', { hasText: new RegExp(`^${label}$`) }) });
  }
  async expand(row) {
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
  }
  item(row) {
    return row.evaluate((element) => {
      const text = (selector) => element.querySelector(selector)?.textContent ?? '';
      const icon = element.querySelector('.monaco-icon-label');
      return {
        label: text('.label-name'),
        description: text('.label-description'),
        badge: getComputedStyle(icon, '::after').content.replace(/^"|"$|^none$/g, ''),
        aria: element.getAttribute('aria-label'),
        level: Number(element.getAttribute('aria-level')),
      };
    });
  }
  quick() {
    return this.page.locator('.quick-input-widget');
  }
  async command(title) {
    await this.page.keyboard.press('F1');
    await this.quick().locator('input').fill(`>${title}`);
    const option = this.quick().getByRole('option').filter({ hasText: title }).first();
    await option.waitFor();
    await option.click();
  }
  async openFile(name) {
    await this.page.keyboard.press('Control+P');
    await this.quick().locator('input').fill(name);
    const option = this.quick().getByRole('option').filter({ hasText: name }).first();
    await option.waitFor();
    await option.click();
    await this.editorTab(name).waitFor();
  }
  editorTab(name) {
    return this.page.locator('.part.editor').getByRole('tab', { name });
  }
  lines() {
    return this.page.locator('.monaco-editor .view-line');
  }
  toast(text) {
    return this.page.locator('.notification-toast').filter({ hasText: text });
  }
  dialog(text) {
    return this.page.getByRole('dialog').filter({ hasText: text });
  }
  async problems() {
    await this.command('Problems: Focus on Problems View');
    return this.page.locator('.part.panel').getByRole('treeitem');
  }
}
