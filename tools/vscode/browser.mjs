// A headless Chromium and a page on the VS Code server. CHROME_PATH, else the system's, else the one of an npm package.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

export async function launchBrowser() {
  const system =
    process.env.CHROME_PATH === 'npm'
      ? undefined
      : [process.env.CHROME_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find((p) => p && existsSync(p));
  // only its path: its arguments (--single-process, --disable-web-security) are for Lambda
  const executablePath = system ?? (await (await import('@sparticuz/chromium')).default.executablePath());
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {Awaited<ReturnType<typeof import('./server.mjs').startServer>>} server
 * @param {{ folder?: string, development?: string, tests?: string, onLog?: (type: string, args: unknown[]) => void, onExit?: (code: number) => void, viewport?: { width: number, height: number }, colorScheme?: 'light' | 'dark' }} options
 */
export async function openWorkbench(
  browser,
  server,
  { folder, development, tests, onLog, onExit, viewport = { width: 1280, height: 800 }, colorScheme = 'dark' },
) {
  const context = await browser.newContext({ viewport, locale: 'en-US', colorScheme });
  const page = await context.newPage();
  await page.exposeFunction('codeAutomationLog', (type, args) => onLog?.(type, args));
  await page.exposeFunction('codeAutomationExit', (code) => onExit?.(code));
  await page.route(/\/mint-key$/, (route) => route.fulfill({ body: Buffer.alloc(32, 7) })); // key half of the secret storage; the server has no such route
  const remote = (file) => `vscode-remote://127.0.0.1:${server.port}${file}`;
  const payload = [
    ...(development ? [['extensionDevelopmentPath', remote(development)]] : []),
    ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
  ];
  await page.goto(
    server.url({ ...(folder ? { folder } : { ew: 'true' }), ...(payload.length > 0 ? { payload: JSON.stringify(payload) } : {}) }),
  );
  return page;
}
