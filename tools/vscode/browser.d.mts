import type { Browser, Page } from 'playwright-core';
import type { Server } from './server.mjs';

export function launchBrowser(): Promise<Browser>;

export interface WorkbenchOptions {
  readonly folder?: string;
  readonly development?: string;
  readonly tests?: string;
  readonly onLog?: (type: string, args: unknown[]) => void;
  readonly onExit?: (code: number) => void;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

export function openWorkbench(browser: Browser, server: Server, options: WorkbenchOptions): Promise<Page>;
