import { SignedOut, Unseen, Refused, AnswerLost, NotYet } from '../core/graph/errors.ts';
import { GraphError } from '../core/graph/resourceGraph.ts';
import type { Finding } from '../core/findings/finding.ts';
import type { Failure } from './protocol.ts';

export interface RunnerErrorFields {
  readonly code: string;
  /** The exit code of cli.md that it stands for. */
  readonly exit: Failure['exit'];
  /** What a person can do next, one sentence. */
  readonly next?: string | undefined;
  readonly findings?: readonly Finding[];
  readonly expected?: Readonly<Record<string, string>>;
  readonly actual?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A session or run that cannot go on, in words for people. Everything that the faces show of a failure comes from here by `failureOf`. */
export class RunnerError extends Error {
  override readonly name = 'RunnerError';
  readonly fields: RunnerErrorFields;
  constructor(message: string, fields: RunnerErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.fields = fields;
  }
}

/** Any thrown value as plain data: never a stack, never an SDK object. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof RunnerError) {
    const { code, exit, next, findings, expected, actual } = thrown.fields;
    return {
      code,
      exit,
      message: thrown.message,
      ...(next === undefined ? {} : { next }),
      ...(findings === undefined ? {} : { findings }),
      ...(expected === undefined ? {} : { expected }),
      ...(actual === undefined ? {} : { actual }),
    };
  }
  // The engine ends a run that nobody would or could sign in to as "signed out"; why is its cause.
  if (thrown instanceof SignedOut && thrown.cause instanceof RunnerError) return failureOf(thrown.cause);
  if (thrown instanceof SignedOut) return provider(thrown, 'signed-out', 4);
  if (thrown instanceof Unseen || thrown instanceof AnswerLost || thrown instanceof NotYet) return provider(thrown, 'unreachable', 4);
  if (thrown instanceof Refused) return provider(thrown, thrown.code ?? 'refused', thrown.code === 'plan-again' ? 2 : 1);
  if (thrown instanceof GraphError) return { code: 'stages', exit: 2, message: thrown.message };
  if (isNodeError(thrown) && DISK[thrown.code] !== undefined) {
    return { code: 'disk', exit: 2, message: `${DISK[thrown.code] ?? ''}${thrown.path === undefined ? '' : `: ${thrown.path}`}.` };
  }
  return { code: 'internal', exit: 1, message: thrown instanceof Error ? thrown.message : String(thrown) };
}

const DISK: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full, nothing was changed',
  EDQUOT: 'The disk quota is used up, nothing was changed',
  EROFS: 'The disk is read-only, nothing was changed',
  EACCES: 'No permission to use this file or folder',
  EPERM: 'No permission to use this file or folder',
};

function provider(error: SignedOut | Unseen | AnswerLost | NotYet | Refused, code: string, exit: Failure['exit']): Failure {
  return {
    code,
    exit,
    message: error.message,
    ...(error.next === undefined ? {} : { next: error.next }),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  };
}

/** An error of Node's own, with its system code. */
export function isNodeError(thrown: unknown): thrown is NodeJS.ErrnoException & { readonly code: string } {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string';
}
