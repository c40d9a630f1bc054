import { serveAccount } from './accountServer.ts';
import { parseFault } from './faults.ts';
import { FolderWorld, forgetWorld } from './folderWorld.ts';
import { serveKubernetes } from './kubernetes/kubernetesServer.ts';
import { RequestLog } from './requestLog.ts';
import { SERVICES } from './services.ts';

export interface RehearsalOptions {
  /** The world's folder; made when it is not there. */
  readonly folder: string;
  /** Of the AWS endpoint. 0: any free one. */
  readonly port: number;
  /** Forgets the world first. */
  readonly reset: boolean;
  /** `HOST:PORT` of proxies in front of us. */
  readonly allowHosts: readonly string[];
  readonly timeScale: number;
  /** The wall clock, ms since the epoch. */
  readonly wall?: () => number;
  /** Moves the clusters of a world on while somebody watches them, as `KubernetesServerOptions` says. */
  readonly ticks?: (world: FolderWorld, tick: () => void) => () => void;
  /** `NAME` or `NAME=ARGUMENT`. They last as long as this server, or until they are disarmed. */
  readonly faults: readonly string[];
  readonly seed?: number;
  /** The account that a new world plays. */
  readonly account?: string;
  /** For `AWS_REGION` in `env`. Default us-west-2. */
  readonly region?: string;
}

export interface Rehearsal {
  /** `http://127.0.0.1:PORT`, for `AWS_ENDPOINT_URL`. */
  readonly endpoint: string;
  readonly world: FolderWorld;
  readonly timeScale: number;
  /** What a program needs in its environment to be in this world. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends the servers and saves the world. */
  close(): Promise<void>;
}

/**
 * Serves the rehearsed account on 127.0.0.1: all AWS services on one port, the API servers of its clusters on another.
 * @throws UnknownFault, WorldInUse, WorldUnreadable
 */
export async function startRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const faults = options.faults.map(parseFault);
  if (options.reset) forgetWorld(options.folder);
  const { wall, ticks } = options;
  const world = FolderWorld.open({
    folder: options.folder,
    timeScale: options.timeScale,
    ...(wall !== undefined && { wall }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.account !== undefined && { account: options.account }),
  });
  try {
    world.faults.clear();
    for (const fault of faults) world.faults.arm(fault);
    const region = options.region ?? 'us-west-2';
    const log = new RequestLog(world.folder, () => world.wall());
    const account = await serveAccount({ world, log, services: SERVICES, port: options.port, allowHosts: options.allowHosts });
    const clusters = await serveKubernetes({
      world,
      save: () => {
        world.save();
      },
      log: (request) => {
        log.append(request);
      },
      wall: () => world.wall(),
      endpoint: account.endpoint,
      ...(ticks !== undefined && { ticks: (tick: () => void) => ticks(world, tick) }),
    }).catch(async (cause: unknown) => {
      await account.close();
      throw cause;
    });
    return {
      endpoint: account.endpoint,
      world,
      timeScale: options.timeScale,
      env: {
        AWS_ENDPOINT_URL: account.endpoint,
        AWS_ACCESS_KEY_ID: world.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: world.credentials.secretAccessKey,
        AWS_REGION: region,
        // The AWS CLI 1 reads only this one.
        AWS_DEFAULT_REGION: region,
        SLIPWAY_REHEARSAL_TOKEN: world.bearerToken,
      },
      close: async () => {
        await Promise.all([account.close(), clusters.close()]);
        world.close();
      },
    };
  } catch (cause) {
    world.close();
    throw cause;
  }
}
