import type { KubeconfigEntry } from '../kubernetes/kubeconfigEntry.ts';

/** The entry of our cluster in a kubeconfig, under the cluster's ARN. Which file, and which program makes the token, was decided by whoever made this. */
export interface KubeconfigPort {
  /** `undefined`: no such entry, or no such file. @throws Unseen when the file is there and cannot be read. */
  read(clusterArn: string): Promise<KubeconfigEntry | undefined>;
  /** Puts the entry in, by the rules of a shared file: lock, backup, atomic replacement. @throws Refused with one sentence; nothing is half-made. */
  write(clusterArn: string, entry: KubeconfigEntry): Promise<void>;
  remove(clusterArn: string): Promise<void>;
  /** The file, for people. */
  path(clusterArn: string): Promise<string>;
}
