// `npm run bench -- --only objects`: 1,000 objects on a real kube-apiserver, against the bare calls that nobody could do without.
import { Agent, request } from 'node:https';
import { applySetId, PART_OF } from '../src/kubernetes/objects/applySetId.ts';
import { labelled } from '../src/kubernetes/objects/traits.ts';
import { PLATFORM_LABEL } from '../src/kubernetes/platformLabel.ts';
import { startClusterNetwork } from '../test/engines/clusterNetwork.ts';
import { startControlPlane } from '../test/engines/controlPlane.ts';
import { folderOf, provide } from '../test/engines/engines.mjs';
import { hookSpaceOf, startNode } from '../test/engines/manyObjects.ts';
import { alikeFiles, alikeLayers, mixedFiles, mixedLayers, pathOf } from './benchManifests.mjs';
import { watchedRun } from './benchWatched.mjs';
import { bundled } from './bundled.mjs';

const ENGINES = ['etcd', 'kubernetes', 'kwok'];
/** Connections at one time of the bare calls, a round each: as many as help on the machine, whoever asks. The first round warms up both sides. */
const SOCKETS = [24, 8, 24, 32, 24, 16];
/** How long the bare calls wait before they ask again whether what they need is there. */
const ASK_AGAIN_MS = 20;

/** All calls at once over so many connections. */
async function together(plane, sockets, calls) {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets, ca: plane.certificateAuthority });
  const answers = await Promise.all(calls.map((call) => send(plane, agent, call)));
  agent.destroy();
  return answers;
}

/** @returns the text of the answer; `undefined`: not served yet, or there is none */
function send(plane, agent, { method = 'GET', path, body, type = 'application/apply-patch+yaml' }) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${plane.token}`, ...(body ? { 'content-type': type } : {}) };
    const outgoing = request(`${plane.server}${path}`, { method, agent, headers }, (incoming) => {
      const { statusCode: status } = incoming;
      const chunks = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('end', () => {
        if (status < 300) resolve(Buffer.concat(chunks).toString());
        else if (method === 'GET' && (status === 404 || status === 429)) resolve(undefined);
        else reject(new Error(`${status} to ${path}: ${Buffer.concat(chunks)}`));
      });
    });
    outgoing.on('error', reject).end(body);
  });
}

/** What is ours carries two labels, which the server keeps, owns and indexes: the same objects have them too. */
const LABELS = { [PLATFORM_LABEL]: 'bare', [PART_OF]: applySetId({ name: 'slipway-bare', namespace: 'kube-system' }) };

const applyOf = (object) => ({
  method: 'PATCH',
  path: `${pathOf(object)}?fieldManager=bare&fieldValidation=Strict`,
  body: JSON.stringify(labelled(object, LABELS)),
});

/** Server-side applies of whoever knows the order, layer by layer. */
function bareApplies(plane, sockets, layers) {
  const calls = layers.map(({ objects, awaits = [] }) => ({ applies: objects.map(applyOf), awaits }));
  return async () => {
    for (const { applies, awaits } of calls) {
      await together(plane, sockets, applies);
      for (const { path, isThere } of awaits) await until(plane, path, isThere);
    }
  };
}

async function until(plane, path, isThere) {
  for (;;) {
    const [answer] = await together(plane, 1, [{ path }]);
    if (answer !== undefined && isThere(JSON.parse(answer))) return;
    await new Promise((resume) => setTimeout(resume, ASK_AGAIN_MS));
  }
}

/** Of what is made ready by `prepare`. */
async function seconds(prepare) {
  const work = prepare();
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** Of all rounds but the first. */
const middle = ([_, ...values]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Rounds of both, by turns, so that what else the machine does meets both. @returns the middle of the ratios, and of what ours took */
async function compared(bare, ours) {
  const rounds = [];
  for (const [round, sockets] of SOCKETS.entries()) {
    const works = [() => seconds(() => bare(round, sockets)), () => seconds(() => ours(round))];
    const isTurned = round % 2 === 1;
    const first = await works[isTurned ? 1 : 0]();
    const second = await works[isTurned ? 0 : 1]();
    rounds.push(isTurned ? { bare: second, ours: first } : { bare: first, ours: second });
  }
  const ratio = middle(rounds.map((each) => each.ours)) / middle(rounds.map((each) => each.bare));
  return { ratio, note: `${middle(rounds.map((each) => each.ours)).toFixed(2)} s` };
}

async function benchAlike(plane, applying, report) {
  const first = await compared(
    (round, sockets) => bareApplies(plane, sockets, alikeLayers(`bare-${round}`)),
    (round) => applying(alikeFiles(`first-${round}`), `first-${round}`),
  );
  report('1,000 objects, first apply / the bare parallel applies', first.ratio, 1.2, first.note);
  const gets = alikeFiles('first-0').flatMap(({ documents }) => documents.map((object) => ({ path: pathOf(object) })));
  const noop = await compared(
    (_, sockets) => () => together(plane, sockets, gets),
    () => applying(alikeFiles('first-0'), 'first-0', 0),
  );
  report('1,000 objects, second apply / the bare parallel GETs', noop.ratio, 1, noop.note);
}

async function benchMix(plane, { certificateAuthority }, applying, report) {
  const first = await compared(
    (round, sockets) => bareApplies(plane, sockets, mixedLayers({ prefix: `bare-mix-${round}`, certificateAuthority })),
    (round) => applying(mixedFiles({ prefix: `mix-${round}`, certificateAuthority }), `mix-${round}`),
  );
  report('1,000 that need each other, first apply / the bare applies in their order', first.ratio, 1.2, first.note);
}

/** @returns why it could not be measured, if it could not. */
export async function benchObjects(report) {
  for (const name of ENGINES) {
    const missing = provide(name);
    if (missing !== undefined) return `${name}: ${missing}`;
    process.env[`ENGINE_${name.toUpperCase()}`] = folderOf(name);
  }
  const prefixes = SOCKETS.flatMap((_, round) => [{ prefix: `bare-mix-${round}` }, { prefix: `mix-${round}` }]);
  const network = await startClusterNetwork(prefixes.map(hookSpaceOf));
  const plane = await startControlPlane({ network });
  const { outfile, remove } = await bundled('tools/benchApply.mjs');
  try {
    await startNode(plane);
    const { applySetOf, readFiles } = await import(outfile);
    /** With new clients, as a new process would have them. Files are read before: whoever opens a platform has read them, and the bare calls begin with objects too. */
    const applying = (files, label, most = Infinity) => {
      const set = readFiles(files);
      return async () => {
        const { outcome, changed } = await applySetOf(plane, set, label);
        if (outcome !== 'succeeded' || changed.length > most)
          throw new Error(`the apply of ${label} ${outcome}, ${changed.length} changes`);
      };
    };
    await benchAlike(plane, applying, report);
    await benchMix(plane, network, applying, report);
    const { watching, megabytes, seconds: last } = await watchedRun(plane, (calls) => together(plane, 16, calls));
    const peak = `${megabytes.toFixed(0)} MB while they were applied, the most that the process ever had`;
    report('memory with 1,000 objects watched, MB', watching, 250, peak);
    report('from the last object to a stage that is ready, s', last, 1, 'by a watch of 100 pending objects in each of ten namespaces');
    return undefined;
  } finally {
    remove();
    plane.stop();
    network.close();
  }
}
