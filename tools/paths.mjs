// Where the tools live that npm start and npm test bring along: by version, outside the tree, shared by all checkouts.
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** A folder that the environment names, if it is absolute: an empty or relative one counts as none (XDG Base Directory). */
const named = (variable) => (path.isAbsolute(process.env[variable] ?? '') ? process.env[variable] : undefined);
export const userCache = named('XDG_CACHE_HOME') ?? path.join(homedir(), '.cache');
export const cache = named('SLIPWAY_CACHE') ?? path.join(userCache, 'slipway');

/** The daily VS Code, and the oldest that `engines.vscode` claims, each with the Node of an npm package that runs it. */
export const editions = {
  current: { codeServer: '4.139.1', node: '24.21.0' },
  oldest: { codeServer: '4.110.0', node: '22.22.0' },
};

export const toolFolder = ({ codeServer, node }) => path.join(cache, `vscode-${codeServer}-node-${node}`);
export const nodeOf = (edition) =>
  path.join(toolFolder(edition), 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
export const vscodeOf = (edition) => path.join(toolFolder(edition), 'node_modules', 'code-server', 'lib', 'vscode');
/** The Node that everything of ours runs on, whatever launched npm. */
export const node = nodeOf(editions.current);
