// `node tools/run.mjs SCRIPT …`: installs what is missing, then runs SCRIPT on the Node of the npm package, whatever Node launched npm.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { installEdition, installPackages } from './install.mjs';
import { editions, node, root } from './paths.mjs';

const [script, ...args] = process.argv.slice(2);
installPackages();
installEdition(editions.current);
const child = spawn(node, [path.resolve(root, script), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
