import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { printable } from '../../runner/printable.ts';
import { replacePrivately } from '../../runner/privateFile.ts';
import { SERVER_FILE } from '../../runner/rehearsalProcess.ts';
import { RunnerError } from '../../runner/runnerError.ts';
import { environmentLine, shellOf } from '../../runner/shellQuote.ts';
import { defaultStateFolder } from '../../runner/stateFolder.ts';
import type { startRehearsal } from '../../rehearsal/rehearse.ts';
import type { CliContext } from '../cliContext.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { table } from '../text/style.ts';
import { checkAccount, numberOption } from '../usage.ts';

export interface RehearseOptions {
  readonly port?: string;
  readonly world?: string;
  readonly reset?: boolean;
  readonly allowHost?: readonly string[];
  readonly printEnv?: boolean;
  readonly listFaults?: boolean;
  readonly timeScale?: string;
  readonly fault?: readonly string[];
  readonly seed?: string;
  readonly account?: string;
  readonly region?: string;
  readonly withParent?: boolean;
}

/** Serves the rehearsed account on 127.0.0.1 until Ctrl-C, or, as a run's child, until its standard input ends. */
export async function rehearse(context: CliContext, options: RehearseOptions, stdin: NodeJS.ReadableStream): Promise<number> {
  const { output, interrupts, env, cwd } = context;
  if (options.listFaults === true) {
    const { FAULTS } = await import('../../rehearsal/faults.ts');
    for (const line of table(
      FAULTS.map(({ name, text, argument }) => [
        argument === undefined ? name : argument.required ? `${name}=…` : `${name}[=…]`,
        argument === undefined ? text : `${text} Argument: ${argument.text}.`,
      ]),
    ))
      output.result(line);
    return 0;
  }
  const world = resolve(cwd, options.world ?? join(defaultStateFolder(env, process.platform, env['HOME'] ?? ''), 'worlds', 'default'));
  const account = checkAccount(options.account);
  const running = await start({
    folder: world,
    port: options.port === undefined ? 0 : numberOption('--port', options.port, 0, 65_535, true),
    reset: options.reset ?? false,
    allowHosts: options.allowHost ?? [],
    timeScale: options.timeScale === undefined ? 30 : numberOption('--time-scale', options.timeScale, 1, 10_000, false),
    faults: options.fault ?? [],
    ...(options.seed === undefined ? {} : { seed: numberOption('--seed', options.seed, 0, 2 ** 32 - 1, true) }),
    ...(account === undefined ? {} : { account }),
    ...(options.region === undefined ? {} : { region: options.region }),
  });
  const line = { endpoint: running.endpoint, world, timeScale: running.timeScale, env: running.env };
  const serverFile = join(world, SERVER_FILE);
  try {
    await replacePrivately(serverFile, `${JSON.stringify(options.withParent === true ? { ...line, parent: process.ppid } : line)}\n`);
    if (options.printEnv === true)
      for (const [name, value] of Object.entries(running.env)) output.result(environmentLine(name, value, shellOf(process.platform)));
    else output.json(line);
    await ended(interrupts.signal, options.withParent === true ? stdin : undefined);
    if (!interrupts.signal.aborted) return 0;
    output.message(printable(`The rehearsal has stopped. Its world stays in ${world}.`));
    return INTERRUPTED;
  } finally {
    await rm(serverFile, { force: true });
    await running.close();
  }
}

type Start = typeof startRehearsal;

/** The rehearsal is loaded by this command alone. */
async function start(options: Parameters<Start>[0]): Promise<Awaited<ReturnType<Start>>> {
  // loaded when it is served: no other command needs a whole account
  const { startRehearsal: start } = await import('../../rehearsal/rehearse.ts');
  try {
    return await start(options);
  } catch (error) {
    if (error instanceof Error && REFUSALS.has(error.name))
      throw new RunnerError(error.message, { code: 'rehearsal', exit: 2, cause: error });
    throw error;
  }
}

/** What the rehearsal says in words for people, by the names of its errors. */
const REFUSALS: ReadonlySet<string> = new Set(['WorldInUse', 'WorldUnreadable', 'UnknownFault']);

async function ended(signal: AbortSignal, parent: NodeJS.ReadableStream | undefined): Promise<void> {
  if (signal.aborted) return;
  const waits = [once(signal, 'abort')];
  if (parent !== undefined) waits.push(once(parent.resume(), 'end'));
  await Promise.race(waits);
}
