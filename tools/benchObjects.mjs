// `npm run bench -- --only objects`: 1,000 objects on a real kube-apiserver, against the bare calls that nobody could do without.
import { Agent, request } from 'node:https';
import { objectPath } from '../src/kubernetes/paths.ts';
import { folderOf, provide } from '../test/engines/engines.mjs';
import { startControlPlane } from '../test/engines/controlPlane.ts';
import { applyFiles } from './benchApply.mjs';
import { watchedRun } from './benchWatched.mjs';

const ENGINES = ['etcd', 'kubernetes', 'kwok'];
const SPACES = 10;
/** Connections at one time of the bare calls, a round each: as many as help on the machine, whoever asks. The first round warms up both sides. */
const SOCKETS = [24, 8, 24, 32];

const kinds = {
  ConfigMap: { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  ServiceAccount: { group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true },
  Role: { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'Role', plural: 'roles', namespaced: true },
};

/** 1,000 objects in ten namespaces, of kinds that are ready at once: how fast controllers are is nothing of ours. */
function filesOf(prefix) {
  return Array.from({ length: SPACES }, (_, space) => {
    const namespace = `${prefix}-${space}`;
    const members = Array.from({ length: 99 }, (_, at) => [configMap, account, role][at % 3](namespace, `member-${at}`));
    return {
      path: `${namespace}.yml`,
      stage: prefix,
      documents: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...members],
    };
  });
}

const configMap = (namespace, name) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { text: 'x'.repeat(1024) },
});

const account = (namespace, name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });

const role = (namespace, name) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name, namespace },
  rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
});

/** All calls at once over so many connections; seconds. */
async function bare(plane, sockets, calls) {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets, ca: plane.certificateAuthority });
  const began = performance.now();
  await Promise.all(calls.map((call) => send(plane, agent, call)));
  agent.destroy();
  return (performance.now() - began) / 1000;
}

function send(plane, agent, { method = 'GET', path, body, type = 'application/apply-patch+yaml' }) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${plane.token}`, ...(body ? { 'content-type': type } : {}) };
    const outgoing = request(`${plane.server}${path}`, { method, agent, headers }, (incoming) => {
      incoming.resume().on('end', () => (incoming.statusCode < 300 ? resolve() : reject(new Error(`${incoming.statusCode} to ${path}`))));
    });
    outgoing.on('error', reject).end(body);
  });
}

const pathOf = ({ kind, metadata }) =>
  kind === 'Namespace' ? `/api/v1/namespaces/${metadata.name}` : objectPath(kinds[kind], metadata.namespace, metadata.name);

const applyOf = (object) => ({
  method: 'PATCH',
  path: `${pathOf(object)}?fieldManager=bare&fieldValidation=Strict`,
  body: JSON.stringify(object),
});

/** The product with new clients, as a new process would have them; seconds. */
async function product(plane, files, label) {
  const began = performance.now();
  const { outcome, changed } = await applyFiles(plane, files, label);
  if (outcome !== 'succeeded') throw new Error(`the apply of ${label} ${outcome}`);
  return { seconds: (performance.now() - began) / 1000, changed: changed.length };
}

/** Of all rounds but the first. */
const middle = ([_, ...seconds]) => seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)];

/** @returns why it could not be measured, if it could not. */
export async function benchObjects(report) {
  for (const name of ENGINES) {
    const missing = provide(name);
    if (missing !== undefined) return `${name}: ${missing}`;
    process.env[`ENGINE_${name.toUpperCase()}`] = folderOf(name);
  }
  const plane = await startControlPlane();
  try {
    const firsts = [];
    const applies = [];
    for (const [round, sockets] of SOCKETS.entries()) {
      const objects = filesOf(`bare-${round}`).flatMap(({ documents }) => documents);
      const spaces = objects.filter(({ kind }) => kind === 'Namespace');
      const rest = objects.filter(({ kind }) => kind !== 'Namespace');
      applies.push((await bare(plane, sockets, spaces.map(applyOf))) + (await bare(plane, sockets, rest.map(applyOf))));
      firsts.push((await product(plane, filesOf(`first-${round}`), `first-${round}`)).seconds);
    }
    const first = middle(firsts);
    report('1,000 objects, first apply / the bare parallel applies', first / middle(applies), 1.2, `${first.toFixed(2)} s`);
    const gets = [];
    const noops = [];
    const objects = filesOf('first-0').flatMap(({ documents }) => documents);
    for (const sockets of SOCKETS) {
      gets.push(
        await bare(
          plane,
          sockets,
          objects.map((object) => ({ path: pathOf(object) })),
        ),
      );
      const { seconds, changed } = await product(plane, filesOf('first-0'), 'first-0');
      if (changed > 0) throw new Error(`the second run changed ${changed} objects`);
      noops.push(seconds);
    }
    const noop = middle(noops);
    report('1,000 objects, second apply / the bare parallel GETs', noop / middle(gets), 1, `${noop.toFixed(2)} s`);
    const { watching, megabytes, seconds } = await watchedRun(plane, (calls) => bare(plane, 16, calls));
    report(
      'memory with 1,000 objects watched, MB',
      watching,
      250,
      `${megabytes.toFixed(0)} MB while they were applied, the most that the process ever had`,
    );
    report('from the last object to a stage that is ready, s', seconds, 1, 'by a watch of 100 pending objects in each of ten namespaces');
    return undefined;
  } finally {
    plane.stop();
  }
}
