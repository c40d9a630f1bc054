import { join, resolve } from 'node:path';

/** Where `npm test` has packaged the product. A file of tests that is run by itself needs no build: it takes the sources. */
const built = process.env['SLIPWAY_BUILT'];
const entry = (name: 'cli' | 'runner'): string =>
  built === undefined ? resolve(import.meta.dirname, '../src', name, 'main.ts') : join(built, `${name}.js`);

/** The CLI, for a process of its own. */
export const CLI = entry('cli');
/** The runner that a window forks. */
export const RUNNER = entry('runner');

/** For environments that a test composes: Node's compiled code is shared by all processes of `npm test`. */
export const SHARED_CACHE: Readonly<Record<string, string>> =
  process.env['NODE_COMPILE_CACHE'] === undefined ? {} : { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
