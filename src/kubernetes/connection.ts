import type { Agent } from 'node:https';
import type { Sleep } from './untilBack.ts';

/** Both PEM; the key is a secret. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** How a Kubernetes API server is reached. Plain data and one port: nothing here knows where the cluster came from. */
export interface Connection {
  /** `https://…` without a path. */
  readonly server: string;
  /** PEM, one or more certificates. Absent: the system's own. */
  readonly certificateAuthority?: string;
  /** A bearer token, asked for with every request; it is a secret. `undefined`: the client certificate is who we are. */
  token(): Promise<string | undefined>;
  /**
   * Asked when the server does not take the token: whether the credentials behind it are still good.
   * @throws SignedOut where they have ended and a person has to sign in
   */
  assertSignedIn?(signal: AbortSignal): Promise<void>;
  readonly clientCertificate?: ClientCertificate;
  /** The same where a program makes it and it ends: asked for with every request; the key is a secret. */
  madeCertificate?(): Promise<ClientCertificate | undefined>;
  /** The name the server's certificate must carry, where that is not the host of `server` (`tls-server-name`). */
  readonly serverName?: string;
}

/** What a cluster must tell so that it can be reached: part of what EKS's DescribeCluster answers. */
export interface ClusterAddress {
  readonly name: string;
  readonly endpoint: string;
  /** Base64 of the PEM. */
  readonly certificateAuthority: string;
}

export interface Transport {
  /** Keeps connections and knows the proxy; absent: node's own. */
  readonly agent?: Agent;
  /** Milliseconds until an unanswered request counts as lost. Default 30 s. */
  readonly timeout?: number;
  /** Milliseconds until a watch that tells nothing counts as broken. Default: a little longer than the server may keep one open. */
  readonly watchSilence?: number;
  /** Waits for an API server that is away for a moment; absent: its first answer counts. */
  readonly sleep?: Sleep;
  /** Milliseconds since the epoch; for the window in which a new access entry may still be refused. */
  now(): number;
}
