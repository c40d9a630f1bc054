import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { UiHost, type Window } from './window.ts';

const WHOLE_RUN = 240_000;
const SAMPLE = path.join(import.meta.dirname, '../../manifests');

/** Without the stages that install charts: they take the longest and show nothing else here. */
const PLATFORM = `name: cauchy
region: us-west-2
manifests: .
stages:
  tls: { enabled: false }
  spark-operator: { enabled: false }
  sentry: { enabled: false }
`;

/** An app that needs a Secret which no manifest defines, and answers at a host of its own. */
const SHOP = `apiVersion: v1
kind: Namespace
metadata: { name: mer }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, namespace: mer }
spec:
  replicas: 1
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers:
        - name: shop
          image: registry.example/shop:1.4.2
          env: [{ name: TOKEN, valueFrom: { secretKeyRef: { name: payments, key: token } } }]
          ports: [{ name: http, containerPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: mer }
spec: { selector: { app: shop }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: mer }
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example.com
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: shop, port: { name: http } } } }] }
`;

/** From manifests to an address that answers: what a person sees and does of the half that lives in the cluster. */
describe('a platform with manifests in the window', function () {
  this.timeout(60_000);
  let host: UiHost;
  let window: Window;
  let shop: Locator;

  before(async function () {
    this.timeout(180_000);
    host = await UiHost.start({ settings: { 'slipway.rehearsal': true, 'slipway.timeScale': 120 } });
    const folder = host.platformFolder('cauchy');
    writeFileSync(path.join(folder, 'platform.yml'), PLATFORM);
    cpSync(path.join(SAMPLE, 'ingress-nginx'), path.join(folder, 'ingress-nginx'), { recursive: true });
    mkdirSync(path.join(folder, 'mer'));
    writeFileSync(path.join(folder, 'mer/shop.yml'), SHOP);
    window = await host.open(folder);
    shop = window.row('Deployment mer/shop');
    await window.root(/not created/).waitFor({ timeout: 60_000 });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await host.shoot(this.currentTest.title);
  });

  after(() => host.stop());

  const choose = async (item: string): Promise<void> => {
    // a tooltip of where the mouse was last would lie over the row
    await window.page.mouse.move(900, 600);
    await window.page.getByText('requires EKS cluster cauchy').first().waitFor({ state: 'hidden' });
    await shop.click({ button: 'right' });
    await window.page.getByRole('menuitem', { name: item }).click();
  };

  it('shows a Secret that nobody defines, and asks for it in a hidden box', async () => {
    await window.row('Secrets').filter({ hasText: 'not created' }).waitFor();
    await window.workbench.command('Slipway: Enter Secrets...');
    await window.workbench.quick().getByText('fills mer/payments, needed by').waitFor();
    const box = window.workbench.quick().locator('input');
    assert.equal(await box.getAttribute('type'), 'password');
    assert.match(await box.inputValue(), /^rehearsal-/);
    await window.page.keyboard.press('Enter');
    await window.workbench.toast('Kept in memory: 1 credential for 1 Secret').waitFor();
    await window.page.keyboard.press('Escape');
  });

  it('says of an open plan that a manifest was changed since', async () => {
    await window.workbench.command('Slipway: Preview Plan');
    await window.workbench.editorTab('Plan of cauchy').waitFor();
    writeFileSync(path.join(host.dir, 'cauchy/mer/shop.yml'), `${SHOP}# changed\n`);
    const older = /This.plan.is.older.than.the.latest.change.of.mer\/shop\.yml/;
    await window.workbench.lines().filter({ hasText: older }).waitFor();
  });

  it('applies it all, and lists what answers', async function () {
    this.timeout(WHOLE_RUN);
    await window.page.getByRole('button', { name: 'Apply All...' }).first().click();
    await window.workbench.dialog('Apply cauchy (REHEARSAL)?').getByRole('button', { name: 'Apply', exact: true }).click();
    await window.root(/applying \d\/\d/).waitFor();
    await window.root(/· ready ·/).waitFor({ timeout: WHOLE_RUN });
    const endpoints = window.row('Endpoints');
    await window.workbench.expand(endpoints);
    const row = window.tree.getByRole('treeitem').filter({ hasText: 'shop.example.com' });
    await row.hover();
    await row.getByRole('button', { name: 'Open in Browser' }).waitFor();
    await window.workbench.expand(endpoints);
  });

  it('opens the manifest of a row at its line', async () => {
    await window.workbench.expand(window.row('Services').first());
    await shop.click();
    await window.workbench.editorTab('shop.yml').waitFor();
    await window.page
      .locator('.part.statusbar')
      .getByText(/^Ln 5, Col 1/)
      .waitFor();
  });

  it('shows an object as the cluster has it, beside its manifest, and follows its logs', async () => {
    await choose('View Live YAML');
    await window.workbench.editorTab('Deployment.apps-mer-shop (live).yaml').waitFor();
    await window.workbench
      .lines()
      .filter({ hasText: /kind:.Deployment/ })
      .first()
      .waitFor();
    await choose('Compare with Live');
    await window.workbench.editorTab('live ↔ manifest').waitFor();
    await choose('Follow Logs');
    await window.workbench.editorTab('Deployment mer-shop.log').waitFor();
    const lines = window.workbench.lines().filter({ hasText: /shop.started/ });
    await lines.first().waitFor();
    const before = await lines.count();
    await choose('Restart Workload...');
    await window.workbench.dialog('Restart Deployment mer/shop of cauchy?').getByRole('button', { name: 'Restart' }).click();
    await lines.nth(before).waitFor();
  });
});
