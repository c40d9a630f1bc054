#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { printable } from '../runner/printable.ts';
import { failureOf } from '../runner/runnerError.ts';
import type { Failure } from '../runner/protocol.ts';
import type { CliContext } from './cliContext.ts';
import { INTERRUPTED, listenForInterrupts } from './interrupt.ts';
import { createOutput } from './output.ts';
import { createProgram } from './program.ts';
import { TerminalPerson } from './terminalPerson.ts';
import { findingLine } from './text/findingText.ts';
import { createStyle } from './text/style.ts';

/** Exit code of cli.md for what was thrown, after it has been told, once. */
function tellFailure(context: CliContext, thrown: unknown, json: boolean): number {
  const { output, messageStyle, interrupts } = context;
  if (interrupts.signal.aborted) {
    output.message('Stopped.');
    return INTERRUPTED;
  }
  const failure = failureOf(thrown);
  // Those of a plan stand above, with the plan.
  for (const finding of failure.code === 'prerequisites' ? [] : (failure.findings ?? []))
    output.message(findingLine(finding, messageStyle));
  output.message(printable(`slipway: ${joined(failure)}`));
  if (context.verbose)
    output.message(printable(`code ${failure.code}${failure.requestId === undefined ? '' : `, request ${failure.requestId}`}`));
  if (json) output.json({ error: withoutExit(failure) });
  return failure.exit;
}

/** What is wrong and what to do next, as two sentences. */
function joined({ message, next }: Failure): string {
  return next === undefined ? message : `${/[.!?:]$/.test(message) ? message : `${message}.`} ${next}`;
}

function withoutExit({ exit: _exit, ...failure }: Failure): Omit<Failure, 'exit'> {
  return failure;
}

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const output = createOutput(process.stdout, process.stderr, process.env, argv.includes('--no-color'));
  const interrupts = listenForInterrupts();
  const context: CliContext = {
    output,
    style: createStyle(output.color.results),
    messageStyle: createStyle(output.color.messages),
    person: new TerminalPerson(output, process.stdin, process.stderr),
    interrupts,
    env: process.env,
    cwd: process.cwd(),
    cliEntry: fileURLToPath(import.meta.url),
    verbose: argv.includes('--verbose'),
  };
  const cli = createProgram(context, process.stdin, process.stdout.isTTY);
  try {
    await cli.program.parseAsync(argv, { from: 'user' });
    return cli.exitCode();
  } catch (error) {
    // Commander has told what is wrong with the usage, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return tellFailure(context, error, cli.wantsJson());
  } finally {
    interrupts.dispose();
    await output.flush();
  }
}

process.exit(await main());
