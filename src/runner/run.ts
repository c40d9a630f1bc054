import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Outcome, RunEvent } from '../core/engine/events.ts';
import type { Intents, Ports } from '../core/engine/ports.ts';
import { Engine } from '../core/engine/engine.ts';
import type { Approval } from '../core/engine/verbs.ts';
import { SignedOut } from '../core/graph/errors.ts';
import { platformTag } from '../core/platform/platformSpec.ts';
import type { CallerOut } from '../aws/outputs.ts';
import type { Connection } from './connection.ts';
import { loginCommand } from './credentials.ts';
import { fileIntents } from './intents.ts';
import { openJournal, type Journal, type RunInterrupted } from './journal.ts';
import { lastRunOf } from './lastRun.ts';
import { acquireLock } from './lock.ts';
import { assertMayUse, assertMayWrite } from './mayWrite.ts';
import { isOnPath } from './onPath.ts';
import type { Person } from './person.ts';
import type { Reach } from './protocol.ts';
import { disarmFault } from './rehearsalFaults.ts';
import { RunnerError } from './runnerError.ts';
import { fileNameOf } from './stateFolder.ts';

export interface RunOptions {
  readonly verb: 'apply' | 'destroy';
  readonly stages?: readonly string[] | undefined;
  readonly allow: readonly string[];
  readonly approved?: Approval | undefined;
  readonly connection: Connection;
  readonly reach: Reach;
  readonly person: Person;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Why the run is stopped without its person, if it is: then it counts as interrupted, not as cancelled. */
  interruption(): string | undefined;
  emit(event: RunEvent): void;
  /** Something worth telling that is no event: one sentence. */
  tell(message: string): void;
}

/**
 * One run from lock to release: whose account, nobody else at it, journal and intents open, then the engine.
 * @throws RunnerError (lock, guard), SignedOut, Refused with code `plan-again`; nothing was written then.
 */
export async function run(options: RunOptions): Promise<Outcome> {
  const { verb, connection, reach, signal, stages } = options;
  const caller = await connection.caller(signal);
  const name = platformFileName(connection, reach, caller);
  const id = randomBytes(4).toString('hex');
  const lock = await acquireLock(join(reach.stateFolder, 'locks', `${name}.json`), id, verb);
  const last = lastRunOf(reach.stateFolder, reach.file, connection.mode, connection.mode === reach.mode ? undefined : connection.world);
  try {
    const journal = await openJournal(reach.journal ?? join(reach.stateFolder, 'journal', `${name}.jsonl`), () => {
      options.tell('The journal can no longer be written (is the disk full?). The run goes on without it.');
    });
    try {
      await last.begin({ run: id, verb, stages: stages ?? [], at: new Date().toISOString() });
      const intents = intentsOf(connection, reach, caller);
      const engine = new Engine(portsOf(options, caller, id, intents, journal));
      const outcome = await engine[verb](connection.graph, {
        signal,
        consent: new Set(options.allow),
        ...(stages === undefined ? {} : { stages }),
        ...(options.approved === undefined ? {} : { approved: options.approved }),
      });
      return outcome;
    } finally {
      const reason = options.interruption();
      if (reason === undefined) await last.end();
      else
        journal.write({
          time: new Date(connection.clock.now()).toISOString(),
          run: id,
          event: 'run.interrupted',
          reason,
        } satisfies RunInterrupted);
      await journal.close();
    }
  } finally {
    await lock.release();
  }
}

/** Ports of a look or a plan: it tells nobody, writes nothing and waits for no sign-in. Announced creates are heeded. */
export function quietPorts(connection: Connection, reach: Reach, signal: AbortSignal): Ports {
  const refuse = (): Promise<never> => Promise.reject(new TypeError('a look does not write'));
  return {
    clock: connection.clock,
    providers: connection.providers,
    run: 'look',
    intents: {
      open: async () => intentsOf(connection, reach, await connection.caller(signal)).open(),
      begin: refuse,
      end: () => Promise.resolve(),
    },
    guard: refuse,
    signedOut: (reason) => Promise.reject(new SignedOut(reason)),
    emit: () => undefined,
  };
}

function intentsOf(connection: Connection, reach: Reach, caller: CallerOut): Intents {
  return fileIntents(join(reach.stateFolder, 'intents', `${platformFileName(connection, reach, caller)}.json`));
}

/** What a platform's files in the state folder are called. */
function platformFileName({ spec, mode, rehearsal, world: served }: Connection, reach: Reach, caller: CallerOut): string {
  const world = mode === 'live' ? undefined : (rehearsal?.world ?? reach.endpoint ?? served);
  return fileNameOf({ account: caller.account, region: spec.region, platform: platformTag(spec), world });
}

function portsOf(options: RunOptions, caller: CallerOut, run: string, intents: Intents, journal: Journal): Ports {
  const { connection } = options;
  return {
    clock: connection.clock,
    intents,
    providers: connection.providers,
    run,
    guard: () => assertMayWrite(options, caller),
    signedOut: async (reason, stop) => {
      await signInAgain(options, reason, stop);
      const again = await connection.caller(stop);
      // Whoever signed in meanwhile may be somebody else, elsewhere.
      if (again.account !== caller.account) {
        throw new RunnerError(`You signed in to account ${again.account}, but this run is in ${caller.account}: it stops here.`, {
          code: 'guard',
          exit: 3,
          next: `Sign in to ${caller.account} and start again; what is done is kept.`,
          expected: { account: caller.account },
          actual: { account: again.account },
        });
      }
      await assertMayUse(options, again);
    },
    emit(event) {
      journal.write(event);
      options.emit(event);
    },
  };
}

async function signInAgain({ connection, person, env }: RunOptions, reason: string, signal: AbortSignal): Promise<void> {
  const { profile, rehearsal, credentials } = connection;
  const sso = /\bSSO\b/i.test(reason) && (await isOnPath('aws', env));
  const yes = await person.ask(
    'signIn',
    { reason, ...(profile === undefined ? {} : { profile }), ...(sso ? { command: loginCommand(profile) } : {}) },
    signal,
  );
  if (!yes) throw new SignedOut(reason, { code: 'signed-out', next: 'Sign in and start again; what is done is kept.' });
  if (rehearsal !== undefined) await disarmFault(rehearsal, 'expired-credentials', signal);
  credentials.forget();
}
