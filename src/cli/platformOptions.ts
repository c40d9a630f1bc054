import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { runbookStages } from '../core/platform/runbookStages.ts';
import { findPlatformFile } from '../runner/readPlatform.ts';
import type { Reach } from '../runner/protocol.ts';
import { defaultStateFolder } from '../runner/stateFolder.ts';
import type { CliContext } from './cliContext.ts';
import { checkAccount, checkProfile, numberOption, usageError } from './usage.ts';

/** Options of every command that speaks to a platform, as commander gives them. */
export interface PlatformOptions {
  readonly platform?: string;
  readonly format?: string;
  readonly stage?: readonly string[];
  readonly account?: string;
  readonly profile?: string;
  readonly rehearsal?: boolean;
  readonly world?: string;
  readonly timeScale?: string;
  readonly fault?: readonly string[];
  readonly seed?: string;
  readonly endpoint?: string;
  readonly allowCustomEndpoint?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly journal?: string;
}

export interface RunCommandOptions extends PlatformOptions {
  readonly yes?: boolean;
  readonly allow?: readonly string[];
  readonly secrets?: string;
}

export function withPlatformOptions(command: Command): Command {
  return command
    .option('--platform <file>', 'the platform file (default: platform.yml here or in the nearest folder above)')
    .option(
      '--stage <id...>',
      `only these stages and what they require; for destroy: and what requires them (${Object.keys(runbookStages).join(', ')}, or one of platform.yml)`,
    )
    .option('--format <format>', 'text (default on a terminal) or json')
    .option('--account <id>', 'the account that it must be')
    .option('--profile <name>', 'AWS profile; the region is always the platform’s')
    .option('--rehearsal', 'use the rehearsed account')
    .option('--world <dir>', 'where the rehearsed world is kept between runs')
    .option('--time-scale <n>', 'the rehearsal’s clock runs n times faster (default 30)')
    .option('--fault <name...>', 'faults of the rehearsal: NAME or NAME=ARGUMENT')
    .option('--seed <n>', 'seed of the rehearsal')
    .option('--endpoint <url>', 'AWS at another address')
    .option('--allow-custom-endpoint', 'send real credentials to that address')
    .option('--kubeconfig <file>', 'reach Kubernetes by this file instead of the endpoint that EKS reports')
    .option('--context <name>', 'the context in that file')
    .option('--journal <file>', 'append the run’s events there');
}

/** @throws RunnerError exit 2 for what does not make sense; nothing was read but the folder. */
export async function reachOf(options: PlatformOptions, context: CliContext): Promise<Reach> {
  const { env, cwd } = context;
  const rehearsal = options.rehearsal ?? false;
  const onlyThere = { '--world': options.world, '--time-scale': options.timeScale, '--fault': options.fault, '--seed': options.seed };
  for (const [name, value] of Object.entries(onlyThere))
    if (value !== undefined && !rehearsal) throw usageError(`${name} needs --rehearsal.`);
  if (options.context !== undefined && options.kubeconfig === undefined) throw usageError('--context needs --kubeconfig.');
  const account = checkAccount(options.account);
  const profile = checkProfile(options.profile);
  return {
    file: options.platform === undefined ? await findPlatformFile(cwd) : resolve(cwd, options.platform),
    mode: rehearsal ? 'rehearsal' : 'live',
    stateFolder: defaultStateFolder(env, process.platform, env['HOME'] ?? homedir()),
    ...(account === undefined ? {} : { account }),
    ...(profile === undefined ? {} : { profile }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.allowCustomEndpoint === true ? { allowCustomEndpoint: true } : {}),
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: resolve(cwd, options.kubeconfig) }),
    ...(options.context === undefined ? {} : { context: options.context }),
    ...(options.world === undefined ? {} : { world: resolve(cwd, options.world) }),
    ...(options.timeScale === undefined ? {} : { timeScale: numberOption('--time-scale', options.timeScale, 1, 10_000, false) }),
    ...(options.fault === undefined ? {} : { faults: options.fault }),
    ...(options.seed === undefined ? {} : { seed: numberOption('--seed', options.seed, 0, 2 ** 32 - 1, true) }),
    ...(options.journal === undefined ? {} : { journal: resolve(cwd, options.journal) }),
  };
}

/** `text` or `json`; by default text on a terminal and json elsewhere. @throws RunnerError exit 2 */
export function formatOf(format: string | undefined, stdoutIsTerminal: boolean): 'text' | 'json' {
  if (format === undefined) return stdoutIsTerminal ? 'text' : 'json';
  if (format === 'text' || format === 'json') return format;
  throw usageError(`--format ${format} is not text or json.`);
}
