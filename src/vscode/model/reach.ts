import type { Reach } from '../../runner/protocol.ts';
import { defaultStateFolder } from '../../runner/stateFolder.ts';
import type { Mode } from './platformView.ts';

/** What the person's settings say of how AWS and the cluster are reached. */
export interface ReachSettings {
  readonly timeScale: number;
  readonly allowCustomEndpoint: boolean;
  readonly endpoint?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Where Helm is. */
  readonly helm?: string;
}

/** The machine's person, as the CLI sees them too. */
export interface Owner {
  readonly env: NodeJS.ProcessEnv;
  readonly system: NodeJS.Platform;
  readonly home: string;
}

interface Place {
  readonly file: string;
  readonly mode: Mode;
  readonly profile: string | undefined;
}

/**
 * How a platform of this window is reached. Locks, intents, pins and journal are the person's, not the window's: they stand where the CLI
 * keeps them, so that a run in a terminal and one in a window know of each other.
 */
export function reachOf(
  { file, mode, profile }: Place,
  { timeScale, allowCustomEndpoint, ...named }: ReachSettings,
  workspaces: readonly string[],
  { env, system, home }: Owner,
): Reach {
  const base = { file, mode, stateFolder: defaultStateFolder(env, system, env['HOME'] ?? home), workspaces };
  if (mode === 'rehearsal') return { ...base, timeScale };
  return { ...base, ...(profile === undefined ? {} : { profile }), ...named, allowCustomEndpoint };
}
