// A run that waits for 1,000 objects: how much memory its process needs, and how soon it knows that the last one is ready.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { node, root } from './paths.mjs';

const SPACES = 10;
const EACH = 100;
const LABEL = 'watched';

const namespaces = Array.from({ length: SPACES }, (_, at) => `watched-${at}`);
const services = namespaces.flatMap((namespace) => Array.from({ length: EACH }, (_, at) => ({ namespace, name: `service-${at}` })));

/** Services that wait for a load balancer: nobody but this bench gives them one. */
const files = () =>
  namespaces.map((namespace) => ({
    path: `${namespace}.yml`,
    stage: LABEL,
    documents: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      ...services
        .filter((service) => service.namespace === namespace)
        .map((metadata) => ({
          apiVersion: 'v1',
          kind: 'Service',
          metadata,
          spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, selector: { app: 'none' }, ports: [{ port: 80 }] },
        })),
    ],
  }));

const addressOf = ({ namespace, name }) => ({
  method: 'PATCH',
  path: `/api/v1/namespaces/${namespace}/services/${name}/status`,
  body: JSON.stringify({ status: { loadBalancer: { ingress: [{ hostname: `${name}.example.invalid` }] } } }),
  type: 'application/merge-patch+json',
});

/**
 * @param send sends calls in parallel
 * @returns the most memory that the process ever had, and the time from the last write to the end of the run
 */
export async function watchedRun({ server, token, certificateAuthority }, send) {
  const { folder, outfile } = await bundled();
  const child = fork(outfile, { execPath: node, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const heard = (what) =>
      new Promise((resolve, reject) => {
        child.on('message', (message) => message.what === what && resolve(message));
        child.once('exit', () => reject(new Error('the run that waits has ended')));
      });
    const [waiting, allButOne, ended] = ['waiting', 'all but one', 'ended'].map(heard);
    child.send({ plane: { server, token, certificateAuthority }, label: LABEL, files: files(), objects: services.length });
    const { watching } = await waiting;
    const [last, ...others] = services;
    await send(others.map(addressOf));
    await allButOne;
    const written = Date.now();
    await send([addressOf(last)]);
    const { at, outcome, megabytes } = await ended;
    if (outcome !== 'succeeded') throw new Error(`the run that waits ${outcome}`);
    return { watching, megabytes, seconds: (at - written) / 1000 };
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As it is shipped: node's stripping of types would need more memory than the run. */
async function bundled() {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-watched-'));
  const outfile = path.join(folder, 'waiting.mjs');
  await build({
    ...{ bundle: true, platform: 'node', target: 'node22', format: 'esm', mainFields: ['module', 'main'], minify: true, keepNames: true },
    entryPoints: [path.join(root, 'tools/benchWaiting.mjs')],
    outfile,
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
  return { folder, outfile };
}
