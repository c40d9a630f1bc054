import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createAgents, type Agents } from '../aws/agent.ts';
import { createAws, type Aws } from '../aws/aws.ts';
import { configuredEndpoints } from '../aws/configuredEndpoints.ts';
import { awsProvider } from '../aws/provider.ts';
import { priceBook } from '../aws/prices.ts';
import type { CallerOut } from '../aws/outputs.ts';
import type { Clock, Provider } from '../core/engine/ports.ts';
import type { ResourceGraph } from '../core/graph/resourceGraph.ts';
import { SignedOut } from '../core/graph/errors.ts';
import { platformTag, type PlatformSpec } from '../core/platform/platformSpec.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { ClusterAddress } from '../kubernetes/connection.ts';
import type { Helm } from '../kubernetes/helm/helm.ts';
import { platformLabel } from '../kubernetes/platformLabel.ts';
import { kubernetesProvider } from '../kubernetes/provider.ts';
import { eitherOf, noSecrets, rehearsedSecrets, type SecretValues } from '../kubernetes/secretValues.ts';
import type { NamedConnection } from '../kubernetes/kubeconfigConnection.ts';
import { clusterReach } from '../stages/clusterReach.ts';
import type { KubernetesContext, PlatformManifests } from '../stages/kubernetesContext.ts';
import { platformGraph } from '../stages/registry.ts';
import type { KubeconfigPort } from '../stages/kubeconfigPort.ts';
import type { StageContext } from '../stages/stageContext.ts';
import { fetchCaller } from './caller.ts';
import { rehearsalClock, wallClock } from './clock.ts';
import { chainCredentials, fixedCredentials, type SessionCredentials } from './credentials.ts';
import { areAws, checkEndpoints, isRehearsalKey, namedEndpoints, type NamedEndpoint } from './endpoints.ts';
import { namedCluster } from './namedCluster.ts';
import type { Person } from './person.ts';
import type { ProgramConsents } from './programConsents.ts';
import type { Reach } from './protocol.ts';
import { worldServedAt, type Rehearsal } from './rehearsalProcess.ts';
import { helmProgram, helmStandIn } from './helm.ts';
import { rehearsedResolver, systemResolver } from './resolver.ts';
import { kubeconfigPort } from './kubeconfig.ts';
import { RunnerError } from './runnerError.ts';
import { rememberingSpot } from './spotMemory.ts';

/** A platform with its account at the other end. Nothing but the rehearsal's clock has been asked for when it is made. */
export interface Connection {
  readonly spec: PlatformSpec;
  readonly graph: ResourceGraph;
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly credentials: SessionCredentials;
  readonly profile: string | undefined;
  readonly endpoints: readonly NamedEndpoint[];
  /** A rehearsal that the environment leads to is one, whoever started it: its key, at an address that keeps a rehearsal's clock. */
  readonly mode: Reach['mode'];
  /** The folder of a rehearsal: what would be the person's own (a kubeconfig) is a file in it. */
  readonly world: string | undefined;
  /** There if a rehearsal was started for this session. */
  readonly rehearsal: Rehearsal | undefined;
  /** Absent where the file names none. */
  readonly manifests: PlatformManifests | undefined;
  /** The client of the cluster at this address. */
  clusterAt(address: ClusterAddress): KubernetesClient;
  /** The cluster that the person's `--kubeconfig` names; it has to prove whose it is. */
  readonly namedCluster: { readonly client: KubernetesClient; readonly server: string } | undefined;
  caller(signal: AbortSignal): Promise<CallerOut>;
  close(): void;
}

export interface ConnectOptions {
  readonly spec: PlatformSpec;
  /** What the file's folders say; absent: the platform ends with its AWS stages. */
  readonly manifests: PlatformManifests | undefined;
  /** What a person has given. In a rehearsal they are made up. */
  readonly secrets: SecretValues;
  readonly reach: Reach;
  readonly person: Person;
  /** What the person has said of the programs that a kubeconfig names. */
  readonly consents: ProgramConsents;
  readonly env: NodeJS.ProcessEnv;
  /** The rehearsal that was started for this session; it outlives the connection. */
  readonly rehearsal: Rehearsal | undefined;
  /** The program that has the `token` command. */
  readonly cliEntry: string;
  readonly signal: AbortSignal;
}

/** @throws RunnerError exit 2 for an endpoint that is none; requests throw exit 3 for one that these credentials may not be sent to. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { spec, reach, env, rehearsal } = options;
  const agents = createAgents(env);
  const profile = profileOf(reach, spec, env);
  const endpoint = rehearsal?.endpoint ?? reach.endpoint;
  const endpoints = namedEndpoints(endpoint, rehearsal === undefined ? await configuredEndpoints(env, profile) : []);
  const allowed = reach.allowCustomEndpoint ?? false;
  const credentials =
    rehearsal === undefined
      ? chainCredentials({
          profile,
          region: spec.region,
          elsewhere: allowed || areAws(endpoints),
          person: options.person,
          signal: options.signal,
        })
      : fixedCredentials(identityOf(rehearsal));
  const checked: SessionCredentials = {
    ...credentials,
    async provide() {
      const identity = await credentials.provide();
      checkEndpoints(endpoints, identity, allowed);
      return identity;
    },
  };
  const whole = endpoints.find(({ service }) => service === undefined)?.url;
  const clock = whole === undefined ? undefined : await rehearsalClock(whole, options.signal);
  const aws = createAws({ region: spec.region, credentials: () => checked.provide(), agents, endpoints });
  const isRehearsed = reach.mode === 'rehearsal' || (clock !== undefined && (await holdsRehearsalKey(checked)));
  const world =
    rehearsal?.world ?? (isRehearsed ? (reach.world ?? (await worldServedAt(whole, env, options.signal)) ?? reach.stateFolder) : undefined);
  const instead = await namedConnection(options, world);
  const context: StageContext = {
    ...contextOf(spec, aws, agents, clock ?? wallClock, instead),
    prices: await rememberingSpot(
      priceBook(spec.region),
      join(reach.stateFolder, 'spot', `${isRehearsed ? 'rehearsal' : 'live'}-${spec.region}.json`),
    ),
    kubeconfig: await kubeconfigPort({
      env,
      home: env['HOME'] ?? homedir(),
      clock: wallClock,
      world,
      platformFile: reach.file,
      profile,
      stateFolder: reach.stateFolder,
      cliEntry: options.cliEntry,
    }),
    ...(options.manifests === undefined
      ? {}
      : {
          kubernetes: kubernetesContext(
            options,
            options.manifests,
            isRehearsed ? { endpoint: whole, world: world ?? reach.stateFolder, env: rehearsal?.env ?? env } : undefined,
          ),
        }),
  };
  return {
    spec,
    graph: platformGraph(context),
    providers: [
      awsProvider(context),
      kubernetesProvider({
        reach: context.reach,
        label: platformLabel(platformTag(spec)),
        ...(context.kubernetes === undefined ? {} : { helm: context.kubernetes.helm }),
      }),
    ],
    clock: context.clock,
    credentials: checked,
    profile,
    endpoints,
    mode: isRehearsed ? 'rehearsal' : 'live',
    world,
    rehearsal,
    manifests: options.manifests,
    clusterAt: (address) => context.reach(address),
    namedCluster: instead && {
      client: context.reach({ name: spec.name, endpoint: '', certificateAuthority: '' }),
      server: instead(() => Promise.reject(new SignedOut('nothing is sent'))).server,
    },
    caller: (signal) => fetchCaller(aws, signal),
    close() {
      aws.destroy();
      agents.destroy();
    },
  };
}

/** What the stages in the cluster need of this machine; in a rehearsal nothing of it is the person's own. */
function kubernetesContext(options: ConnectOptions, manifests: PlatformManifests, rehearsed: Rehearsed | undefined): KubernetesContext {
  const { reach, env, secrets, cliEntry } = options;
  const workspaces = [...(reach.workspaces ?? []), dirname(reach.file)];
  const helm = { path: reach.helm, workspaces, env, stateFolder: reach.stateFolder };
  if (rehearsed === undefined) return { manifests, secrets, resolver: systemResolver, helm: helmProgram(helm) };
  const { endpoint, world } = rehearsed;
  return {
    manifests,
    secrets: eitherOf(secrets, rehearsedSecrets),
    resolver: endpoint === undefined ? systemResolver : rehearsedResolver({ endpoint, env: rehearsed.env }),
    helm: helmProgram({ ...helm, stateFolder: world, standIn: helmStandIn(cliEntry, world) }),
  };
}

interface Rehearsed {
  readonly endpoint: string | undefined;
  readonly world: string;
  /** With the token that the rehearsal's own doors ask for. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The person's --profile, then their AWS_PROFILE; the file only hints. `undefined`: the SDK's default. */
export function profileOf(reach: Reach, spec: PlatformSpec | undefined, env: NodeJS.ProcessEnv): string | undefined {
  return reach.profile ?? (env['AWS_PROFILE'] === undefined && env['AWS_ACCESS_KEY_ID'] === undefined ? spec?.profile : undefined);
}

/** Nobody signed in is nobody's rehearsal; whoever asks AWS then is told so. */
async function holdsRehearsalKey(credentials: SessionCredentials): Promise<boolean> {
  try {
    return isRehearsalKey(await credentials.provide());
  } catch (error) {
    if (error instanceof SignedOut) return false;
    throw error;
  }
}

/** `--kubeconfig`. The world of a rehearsal is ours, wherever it was put. */
async function namedConnection(
  { reach, env, person, consents, signal }: ConnectOptions,
  world: string | undefined,
): Promise<NamedConnection | undefined> {
  const { kubeconfig, context } = reach;
  if (kubeconfig === undefined) return undefined;
  const folder = dirname(reach.file);
  const home = env['HOME'] ?? homedir();
  const isOfWorld = world !== undefined && kubeconfig === join(world, 'kubeconfig');
  // A platform file right in the home folder does not make ~/.kube part of a workspace.
  const workspaces = isOfWorld ? [] : [...(reach.workspaces ?? []), ...(folder === home ? [] : [folder])];
  return namedCluster({ kubeconfig, context, workspaces, env, person, consents, signal });
}

/** The graph that a file and its folders describe, with nobody at the other end: for rows and lines that need no request. */
export function offlineGraph(spec: PlatformSpec, manifests?: PlatformManifests): ResourceGraph {
  const agents = createAgents({});
  const aws = createAws({ region: spec.region, credentials: () => Promise.reject(new SignedOut('not connected')), agents });
  const kubernetes = manifests && { manifests, secrets: noSecrets, resolver: systemResolver, helm: NO_HELM };
  return platformGraph({ ...contextOf(spec, aws, agents, wallClock), ...(kubernetes === undefined ? {} : { kubernetes }) });
}

function contextOf(spec: PlatformSpec, aws: Aws, agents: Agents, clock: Clock, instead?: NamedConnection): StageContext {
  return {
    spec,
    identity: { platform: platformTag(spec), tags: spec.tags },
    aws,
    prices: priceBook(spec.region),
    clock,
    agents,
    reach: clusterReach({ aws, agents, clock, instead }),
    ...(instead === undefined ? {} : { namesCluster: true as const }),
    kubeconfig: NO_KUBECONFIG,
  };
}

/** For a graph with nobody at the other end: it is never run. */
const NO_HELM: Helm = {
  machine: 'nobody',
  major: () => Promise.reject(new SignedOut('not connected')),
  run: () => Promise.reject(new SignedOut('not connected')),
  isAtWork: () => Promise.resolve(false),
};

/** For a graph with nobody at the other end: it is never asked. */
const NO_KUBECONFIG: KubeconfigPort = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.reject(new SignedOut('not connected')),
  remove: () => Promise.reject(new SignedOut('not connected')),
  path: () => Promise.resolve(''),
};

function identityOf(rehearsal: Rehearsal): { readonly accessKeyId: string; readonly secretAccessKey: string } {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = rehearsal.env;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new RunnerError('The rehearsal did not name its credentials.', { code: 'rehearsal', exit: 2 });
  }
  return { accessKeyId, secretAccessKey };
}
