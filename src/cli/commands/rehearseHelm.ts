import type { CliContext } from '../cliContext.ts';

/** The rehearsal's Helm, a program of its own as the real one is. It is the only other command that knows of the rehearsal. */
export async function rehearseHelm(
  { output, interrupts, env }: CliContext,
  world: string,
  argv: readonly string[],
  stdin: NodeJS.ReadableStream,
): Promise<number> {
  // loaded when it is run: no other command needs the charts
  const { runStandIn } = await import('../../rehearsal/helm/standIn.ts');
  return runStandIn({
    world,
    argv,
    env,
    stdin,
    signal: interrupts.signal,
    print: (text) => output.result(text),
    complain: (text) => output.message(text),
  });
}
