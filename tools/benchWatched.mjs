// A run that waits for 1,000 objects: how much memory its process needs, and how soon it knows that the last one is ready.
import { tmpdir } from 'node:os';
import { forkRunner } from '../src/vscode/forkRunner.ts';
import { bundled } from './bundled.mjs';

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
  const { outfile, remove } = await bundled('tools/benchWaiting.mjs');
  // With what a runner is started with: it decides how much memory one takes.
  const program = { entry: outfile, folder: tmpdir(), environment: process.env, log: (line) => console.error(line) };
  const channel = forkRunner(program);
  try {
    const heard = (what) =>
      new Promise((resolve, reject) => {
        channel.onMessage((message) => message.what === what && resolve(message));
        channel.onGone((why) => reject(new Error(`the run that waits has ended: ${why}`)));
      });
    const [waiting, allButOne, ended] = ['waiting', 'all but one', 'ended'].map(heard);
    // whoever is not awaited yet when it goes is told by the one that is
    for (const promise of [waiting, allButOne, ended]) promise.catch(() => undefined);
    channel.send({ plane: { server, token, certificateAuthority }, label: LABEL, files: files(), objects: services.length });
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
    channel.close();
    remove();
  }
}
