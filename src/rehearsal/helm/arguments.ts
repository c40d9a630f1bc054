/** What Helm was told, after its flags were read. */
export interface HelmArguments {
  /** The subcommand and what follows it, without flags. */
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

/** Said on standard error as `Error: …`, with exit code 1. */
export class HelmError extends Error {
  override readonly name = 'HelmError';
}

const SHORT: Readonly<Record<string, string>> = {
  n: 'namespace',
  f: 'values',
  o: 'output',
  i: 'install',
  A: 'all-namespaces',
  a: 'all',
  q: 'short',
};

/** Flags of Helm 4 that take a value. Those that are read stand here; others of the real one are refused, so that nobody relies on what is not done. */
const VALUED = [
  'namespace',
  'values',
  'output',
  'version',
  'labels',
  'timeout',
  'history-max',
  'kubeconfig',
  'kube-context',
  'repo',
  'template',
  'set',
  'set-string',
  'description',
  'server-side',
  'wait',
  'dry-run',
];
const SWITCHES = [
  'install',
  'create-namespace',
  'force-conflicts',
  'short',
  'all',
  'all-namespaces',
  'debug',
  'reset-values',
  'reuse-values',
  'no-hooks',
  'keep-history',
  'ignore-not-found',
  'include-crds',
];
/** Of the valued ones, those that may stand alone. */
const OPTIONAL = ['wait', 'dry-run', 'server-side'];

/** @throws HelmError in Helm's own words */
export function readArguments(argv: readonly string[]): HelmArguments {
  const words: string[] = [];
  const flags = new Map<string, string[]>();
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    if (argument === '--') {
      words.push(...argv.slice(index + 1));
      break;
    }
    if (!argument.startsWith('-') || argument === '-') {
      words.push(argument);
      continue;
    }
    const { name, inline } = flagOf(argument);
    const takes = VALUED.includes(name);
    if (!takes && !SWITCHES.includes(name)) throw new HelmError(`unknown flag: ${argument.split('=')[0] ?? argument}`);
    let value = inline ?? 'true';
    if (takes && inline === undefined && !OPTIONAL.includes(name)) {
      index += 1;
      const next = argv[index];
      if (next === undefined) throw new HelmError(`flag needs an argument: ${argument}`);
      value = next;
    }
    flags.set(name, [...(flags.get(name) ?? []), value]);
  }
  return { words, flags };
}

function flagOf(argument: string): { readonly name: string; readonly inline: string | undefined } {
  const cut = argument.indexOf('=');
  const inline = cut === -1 ? undefined : argument.slice(cut + 1);
  const bare = cut === -1 ? argument : argument.slice(0, cut);
  if (bare.startsWith('--')) return { name: bare.slice(2), inline };
  return { name: SHORT[bare.slice(1)] ?? bare.slice(1), inline };
}

export function flag({ flags }: HelmArguments, name: string): string | undefined {
  return flags.get(name)?.at(-1);
}

/** `5m0s`, `1200s`, `1h` → ms. @throws HelmError */
export function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|m|s|ms)/g)];
  if (parts.length === 0 || parts.map((each) => each[0]).join('') !== text)
    throw new HelmError(`invalid argument "${text}" for "--timeout" flag: time: invalid duration "${text}"`);
  const unit = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
  return parts.reduce((sum, [, count, name]) => sum + Number(count) * unit[name as keyof typeof unit], 0);
}
