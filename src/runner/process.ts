import type { Calls, FromRunner, Questions, ToRunner } from './protocol.ts';
import type { Person } from './person.ts';
import { openPlatformFile } from './platformFile.ts';
import { isRecord } from './privateFile.ts';
import { RunnerError, failureOf } from './runnerError.ts';
import { Session, type SessionPorts } from './session.ts';
import { outlineStatus } from './statusView.ts';

/** The host's end of the channel, as the runner sees it. */
export interface Host {
  send(message: FromRunner): void;
  /** For people who read logs; never a secret. */
  log(line: string): void;
}

export interface RunnerProcess {
  receive(message: unknown): void;
  /** The channel is gone: nothing new starts; resolves when what is in flight has ended and everything is closed. */
  lost(): Promise<void>;
}

type Handlers = { readonly [C in keyof Calls]: (params: Calls[C]['params']) => Promise<Calls[C]['result']> };

/** One platform's runner: answers `Calls`, asks `Questions`, tells events. Plain data in both directions. */
export function serveHost(host: Host, cliEntry: string, env: NodeJS.ProcessEnv): RunnerProcess {
  const questions = new PendingQuestions(host);
  const inFlight = new Set<Promise<void>>();
  let session: Session | undefined;
  /** How the open session reaches its platform, as text. */
  let reached: string | undefined;
  const opened = (): Session => {
    if (session === undefined) throw new RunnerError('No platform is open.', { code: 'not-open', exit: 2 });
    return session;
  };
  const ports: SessionPorts = {
    person: questions,
    env,
    cliEntry,
    emit: (event) => {
      host.send({ event });
    },
    tell: (message) => {
      host.log(message);
    },
  };
  const handlers: Handlers = {
    async open(reach) {
      if (session !== undefined && JSON.stringify(reach) === reached) session.renew(Promise.allSettled([...inFlight]));
      else {
        await session?.close();
        session = new Session(reach, ports);
        reached = JSON.stringify(reach);
      }
      const [{ findings }, interrupted, profile] = await Promise.all([session.document(), session.interrupted(), session.profile()]);
      return { findings, ...(interrupted === undefined ? {} : { interrupted }), ...(profile === undefined ? {} : { profile }) };
    },
    validate: async ({ file, text }) => (await openPlatformFile(file, text)).findings,
    outline: async ({ file }) => outlineStatus(await openPlatformFile(file)),
    status: ({ fresh }) => (fresh ? opened().status() : opened().poll()),
    plan: ({ verb, stages }) => opened().plan(verb, stages),
    apply: (request) => opened().apply(request),
    destroy: (request) => opened().destroy(request),
    cancel: () => {
      opened().cancel();
      return Promise.resolve({});
    },
    objectYaml: (params) => opened().objectYaml(params),
    objectLogs: (params) => opened().objectLogs(params),
    async restart(params) {
      await opened().restart(params);
      return {};
    },
    credentials: () => opened().credentials(),
    async enterCredentials({ values }) {
      await opened().enterCredentials(values);
      return {};
    },
    commands: ({ stages }) => opened().commands(stages),
    faults: () => opened().faults(),
    breakSomething: async ({ fault, armed }) => {
      await opened().breakSomething(fault, armed);
      return {};
    },
    resetRehearsal: async () => {
      await opened().resetRehearsal();
      return {};
    },
    async locate({ file, paths }) {
      const document = await openPlatformFile(file);
      const range = paths.map((path) => document.rangeOf(path)).find((found) => found !== undefined);
      return range === undefined ? {} : { range };
    },
    async close() {
      await session?.close();
      session = undefined;
      reached = undefined;
      return {};
    },
  };
  const answer = async (message: Exclude<ToRunner, { answer: number }>): Promise<void> => {
    try {
      host.send({ id: message.id, result: await dispatch(handlers, message) });
    } catch (error) {
      host.send({ id: message.id, failure: failureOf(error) });
    }
  };
  return {
    receive(message) {
      if (!isMessage(message)) return;
      if ('answer' in message) {
        questions.answered(message.answer, message.value);
        return;
      }
      const working = answer(message).finally(() => inFlight.delete(working));
      inFlight.add(working);
    },
    async lost() {
      questions.leave();
      session?.interrupt('the window was closed');
      await Promise.allSettled(inFlight);
      await session?.close();
    },
  };
}

/** TypeScript cannot pair a union's member with the handler of the same name; the mapped type above has checked each. */
function dispatch(handlers: Handlers, message: Exclude<ToRunner, { answer: number }>): Promise<unknown> {
  const handler = handlers[message.call] as (params: unknown) => Promise<unknown>;
  return handler(message.params);
}

/** The channel's other end is our own extension, of the same build: only the frame is checked. */
function isMessage(message: unknown): message is ToRunner {
  return (
    isRecord(message) &&
    (typeof message['answer'] === 'number' ||
      (typeof message['id'] === 'number' && typeof message['call'] === 'string' && isRecord(message['params'])))
  );
}

/** A person at the other end of the channel. When nobody is there any more, every answer is "no". */
class PendingQuestions implements Person {
  readonly #host: Host;
  readonly #open = new Map<number, (value: unknown) => void>();
  #next = 1;
  #left = false;

  constructor(host: Host) {
    this.#host = host;
  }

  async ask<Q extends keyof Questions>(question: Q, detail: Questions[Q]['detail'], signal: AbortSignal): Promise<Questions[Q]['answer']> {
    const id = this.#next++;
    const value = await new Promise<unknown>((resolve) => {
      if (this.#left || signal.aborted) {
        resolve(undefined);
        return;
      }
      this.#open.set(id, resolve);
      signal.addEventListener(
        'abort',
        () => {
          this.answered(id, undefined);
        },
        { once: true },
      );
      this.#host.send({ ask: id, question, detail });
    });
    return ANSWERS[question](value);
  }

  answered(id: number, value: unknown): void {
    this.#open.get(id)?.(value);
    this.#open.delete(id);
  }

  leave(): void {
    this.#left = true;
    for (const id of [...this.#open.keys()]) this.answered(id, undefined);
  }
}

/** Whatever came over the wire, as an answer: everything unexpected means "no". */
const ANSWERS: { readonly [Q in keyof Questions]: (value: unknown) => Questions[Q]['answer'] } = {
  mfaCode: (value) => (typeof value === 'string' && /^\d{6}$/.test(value) ? value : undefined),
  confirmIdentity: (value) => value === true,
  runProgram: (value) => value === true,
  adoptCluster: (value) => value === true,
  signIn: (value) => value === true,
};
