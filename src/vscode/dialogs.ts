export interface Choice<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly value: T;
}

export interface TypedInput {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  readonly secret?: boolean;
  /** What is wrong with it, or `undefined`. */
  readonly validate?: (text: string) => string | undefined;
}

/** All that a flow asks of a person. `undefined` is always "no": nothing was chosen, the box was left. */
export interface Dialogs {
  /** Modal: one of `actions`, in words of their own. */
  confirm(message: string, detail: string, actions: readonly string[]): Promise<string | undefined>;
  /** A notification; resolves with the action that was pressed. Not to be awaited where the person may never answer. */
  tell(level: 'info' | 'warning' | 'error', message: string, actions?: readonly string[]): Promise<string | undefined>;
  choose<T>(title: string, choices: readonly Choice<T>[]): Promise<T | undefined>;
  type(input: TypedInput): Promise<string | undefined>;
  /** Progress in the view's bar and the status bar while `work` runs. */
  busy<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** Opens a read-only document whose indented parts are folded. `planOf`: the key of the platform whose plan it is. */
  show(name: string, text: string, planOf?: string): Promise<void>;
  /** Opens a read-only document of YAML, all of it unfolded. */
  showYaml(name: string, text: string): Promise<void>;
  /** Opens two read-only documents of YAML side by side, each a name and a text. */
  compareYaml(title: string, left: readonly [string, string], right: readonly [string, string]): Promise<void>;
  /** Plans of this platform that are still open say that they are older than that (`the latest run`). */
  outdatePlans(platform: string, olderThan: string): void;
}
