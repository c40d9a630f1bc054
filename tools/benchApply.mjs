// The product's engine and real clients on a given cluster, as a new process would have them. For benches.
import { createAgents } from '../src/aws/agent.ts';
import { Engine } from '../src/core/engine/engine.ts';
import { kubernetesProvider } from '../src/kubernetes/provider.ts';
import { reachCluster } from '../src/kubernetes/reach.ts';
import { graphOf, setOf } from '../test/kubernetes/objects/objectGraph.ts';

export const readFiles = setOf;

/** Applies what was read of files of manifests. @returns the outcome of the run */
export async function applySetOf({ server, token, certificateAuthority }, set, label, emit = () => undefined) {
  const address = { name: 'bench', endpoint: server, certificateAuthority: Buffer.from(certificateAuthority).toString('base64') };
  const agents = createAgents({});
  const reach = reachCluster({ transport: { agent: agents.https, now: () => Date.now() }, token: async () => token });
  const clock = {
    now: () => Date.now(),
    sleep: (ms, until) =>
      new Promise((wake) => {
        const timer = setTimeout(wake, ms);
        until.addEventListener('abort', () => (clearTimeout(timer), wake()), { once: true });
      }),
  };
  const engine = new Engine({
    run: 'bench',
    clock,
    intents: { open: async () => new Map(), begin: async () => undefined, end: async () => undefined },
    providers: [kubernetesProvider({ reach, label })],
    guard: async () => undefined,
    signedOut: async () => Promise.reject(new Error('signed out')),
    emit,
  });
  const graph = graphOf(set, address, reach, label);
  const outcome = await engine.apply(graph, { signal: new AbortController().signal, consent: new Set() });
  agents.destroy();
  return outcome;
}
