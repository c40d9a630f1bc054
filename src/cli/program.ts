import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { CliContext } from './cliContext.ts';
import type { RehearseOptions } from './commands/rehearse.ts';
import type { TokenOptions } from './commands/token.ts';
import { formatOf, reachOf, withPlatformOptions, type PlatformOptions, type RunCommandOptions } from './platformOptions.ts';
import { checkConsents, checkSecrets } from './usage.ts';

export interface Cli {
  readonly program: Command;
  exitCode(): number;
  /** Whether the command that ran answers in JSON: then its failure does too. */
  wantsJson(): boolean;
}

/** All commands and options of cli.md. Each command is loaded when it is asked for: checking a file loads no AWS client. */
export function createProgram(context: CliContext, stdin: NodeJS.ReadableStream, stdoutIsTerminal: boolean): Cli {
  let code = 0;
  let json = false;
  const { output } = context;
  const program = new Command('slipway')
    .description('From an empty AWS account to a running platform on EKS, and back.')
    .version(packageJson.version, '--version')
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .option('--verbose', 'say what AWS said, with codes and request ids, of what went wrong')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        output.result(text.trimEnd());
      },
      writeErr: (text) => {
        output.message(text.trimEnd());
      },
    });
  const format = (options: PlatformOptions): 'text' | 'json' => {
    // A wrong --format is itself told as text.
    const chosen = formatOf(options.format, stdoutIsTerminal);
    json = chosen === 'json';
    return chosen;
  };
  const platformCommand = (name: string, description: string): Command =>
    withPlatformOptions(program.command(name).description(description));

  program
    .command('validate')
    .description('problems of platform.yml')
    .argument('[paths...]', 'platform files')
    .option('--format <format>', 'text (default on a terminal) or json')
    .option('--platform <file>', 'the platform file')
    .action(async (paths: readonly string[], options: PlatformOptions) => {
      const chosen = format(options);
      const { validate } = await import('./commands/validate.ts');
      code = await validate(context, [...paths, ...(options.platform === undefined ? [] : [options.platform])], chosen);
    });
  platformCommand('status', 'what is there now').action(async (options: PlatformOptions) => {
    const chosen = format(options);
    const { status } = await import('./commands/status.ts');
    code = await status(context, await reachOf(options, context), options.stage, chosen);
  });
  platformCommand('plan', 'what apply would do, why, for how much, for how long').action(async (options: PlatformOptions) => {
    const chosen = format(options);
    const { plan } = await import('./commands/plan.ts');
    code = await plan(context, await reachOf(options, context), options.stage, chosen);
  });
  for (const [verb, description] of [
    ['apply', 'make it so: shows the plan and asks once'],
    ['destroy', 'take it down: shows the plan and asks once'],
  ] as const) {
    platformCommand(verb, description)
      .option('--yes', 'do not ask; needs account in the file or --account')
      .option('--allow <what:resource...>', 'a consent of its own: replace, delete, overwrite, abandon')
      .option(
        '--secrets <source>',
        'values for missing Secrets as JSON on standard input (-), {"namespace/name":{"key":"value"}}; needs --yes',
      )
      .action(async (options: RunCommandOptions) => {
        const chosen = format(options);
        const allow = checkConsents(options.allow ?? []);
        if (options.secrets !== undefined) checkSecrets(options.secrets, options.yes);
        const { readSecrets } = await import('./givenSecrets.ts');
        const { runVerb } = await import('./commands/run.ts');
        code = await runVerb(context, await reachOf(options, context), {
          verb,
          stages: options.stage,
          allow,
          yes: options.yes ?? false,
          format: chosen,
          ...(options.secrets === undefined ? {} : { secrets: await readSecrets(stdin) }),
        });
      });
  }
  platformCommand('commands', 'the aws, kubectl and helm lines a person would type instead; nothing is sent').action(
    async (options: PlatformOptions) => {
      const chosen = format(options);
      const { commands } = await import('./commands/commands.ts');
      code = await commands(context, await reachOf(options, context), options.stage, chosen);
    },
  );
  addRehearse(program, async (options) => {
    const { rehearse } = await import('./commands/rehearse.ts');
    code = await rehearse(context, options, stdin);
  });
  // For slipway itself: what a run in a rehearsal calls instead of helm. Everything after `--` is Helm's.
  program
    .command('rehearse-helm', { hidden: true })
    .argument('<world>')
    .argument('[args...]')
    .action(async (world: string, args: readonly string[]) => {
      const { rehearseHelm } = await import('./commands/rehearseHelm.ts');
      code = await rehearseHelm(context, world, args, stdin);
    });
  program
    .command('token')
    .description('an ExecCredential for kubectl and Helm')
    .requiredOption('--cluster <name>', 'the EKS cluster')
    .requiredOption('--region <region>', 'its region')
    .option('--profile <name>', 'AWS profile')
    .action(async (options: TokenOptions) => {
      const { token } = await import('./commands/token.ts');
      code = await token(context, options);
    });
  program
    .command('policy')
    .description('the least IAM policy that the platform needs')
    .action(async () => {
      const { policy } = await import('./commands/policy.ts');
      code = policy(context);
    });
  return { program, exitCode: () => code, wantsJson: () => json };
}

function addRehearse(program: Command, action: (options: RehearseOptions) => Promise<void>): void {
  program
    .command('rehearse')
    .description('serve the rehearsed account on 127.0.0.1 until Ctrl-C')
    .option('--world <dir>', 'where the world is kept')
    .option('--reset', 'forget the world first')
    .option('--port <n>', 'port of the AWS endpoint (0: any)')
    .option('--allow-host <host:port...>', 'accept one more Host, for a proxy in front')
    .option('--time-scale <n>', 'the clock runs n times faster (default 30)')
    .option('--fault <name...>', 'arm faults: NAME or NAME=ARGUMENT')
    .option('--seed <n>', 'seed of a new world')
    .option('--account <id>', 'the account that a new world plays')
    .option('--region <region>', 'AWS_REGION of the printed environment')
    .option('--print-env', 'print shell export lines instead of JSON')
    .option('--list-faults', 'describe the faults and end')
    // For slipway itself: the server of a run ends with the run's process.
    .addOption(program.createOption('--with-parent').hideHelp())
    .action(action);
}
