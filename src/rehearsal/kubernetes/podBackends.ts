import type { Duplex } from 'node:stream';
import { MINIO } from '../minio/minioBackend.ts';
import type { LoggedRequest } from '../requestLog.ts';
import type { ClusterView } from './controllers/controller.ts';
import type { KubeObject } from './json.ts';

/** A request to a program in a pod was carried out: saves the world and logs it, before its answer leaves. */
export type CarriedOut = (request: LoggedRequest) => void;

/** Where a connection to a pod's port ends. */
export interface PodConnection extends ClusterView {
  readonly pod: KubeObject;
  readonly port: number;
  readonly carriedOut: CarriedOut;
}

/** A program that answers at a port of the pods that it knows. Others refuse connections. */
export interface PodBackend {
  /** Whether it listens at that port of that pod, which runs. */
  listens(pod: KubeObject, port: number): boolean;
  /** Serves one connection to its end. An HTTP server takes it as its own: `server.emit('connection', connection)`. */
  serve(connection: Duplex, at: PodConnection): void;
}

/** Every program of a rehearsed cluster that can be talked to. */
export const POD_BACKENDS: readonly PodBackend[] = [MINIO];

export function backendOf(pod: KubeObject, port: number): PodBackend | undefined {
  return POD_BACKENDS.find((each) => each.listens(pod, port));
}
