import type { KubernetesClient } from '../client.ts';
import type { Values } from './values.ts';

/** One run of Helm. Everything that is secret is in `values` and goes to its standard input. */
export interface HelmRun {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly release: string;
  /** The subcommand and its flags; never a secret. */
  readonly args: readonly string[];
  /** Fed to `-f -`. */
  readonly values?: Values;
  /** Texts that are cut out of whatever Helm says. */
  readonly secrets: readonly string[];
  /** Stops Helm. */
  readonly signal: AbortSignal;
}

/** Helm, as what installs releases sees it. */
export interface Helm {
  /** Who runs it: a word for this machine and person, fit for a label. Another one's Helm cannot be seen from here. */
  readonly machine: string;
  /** 3 or 4. @throws Refused when there is none, or one that we do not know */
  major(signal: AbortSignal): Promise<number>;
  /** Runs it to its end. @throws Refused, NotYet, AnswerLost with one sentence that holds none of `secrets`. */
  run(run: HelmRun): Promise<void>;
  /** Whether a Helm that was started here, by this or an earlier process, is still working at the release. */
  isAtWork(namespace: string, release: string): Promise<boolean>;
}
