import { DecodeAuthorizationMessageCommand } from '@aws-sdk/client-sts';
import { AnswerLost, NotYet, Refused, SignedOut, Unseen } from '../core/graph/errors.ts';
import type { Aws } from './aws.ts';
import {
  isBusy,
  isDenied,
  isLost,
  isNotFound,
  isPropagating,
  isSignedOut,
  isThrottle,
  isUnknownKey,
  isUnsent,
  normalised,
} from './errorCodes.ts';

interface Abortable {
  readonly signal: AbortSignal;
}

/** An SDK call that has yet to be given its abort signal: `(options) => aws.ec2.send(command, options)`. */
export type Send<T> = (options: { readonly abortSignal: AbortSignal }) => Promise<T>;

/**
 * Reads something. What is not there is `undefined`.
 * @throws SignedOut without usable credentials; Unseen for everything else: it could not be looked at.
 */
export async function read<T>(aws: Aws, { signal }: Abortable, send: Send<T>): Promise<T | undefined> {
  try {
    return await send({ abortSignal: signal });
  } catch (error) {
    const failure = failureOf(error);
    if (isNotFound(failure.code)) return undefined;
    throw await readError(aws, failure, signal);
  }
}

/**
 * Makes or changes something: one mutating call.
 * @throws SignedOut, Refused (surely not done), NotYet (not done; look again), AnswerLost (may be done).
 */
export async function write<T>(aws: Aws, { signal }: Abortable, send: Send<T>): Promise<T> {
  try {
    return await send({ abortSignal: signal });
  } catch (error) {
    throw await writeError(aws, failureOf(error), signal);
  }
}

/** Deletes, detaches or releases something: as `write`, but what is not there any more is done. */
export async function remove(aws: Aws, { signal }: Abortable, send: Send<unknown>): Promise<void> {
  try {
    await send({ abortSignal: signal });
  } catch (error) {
    const failure = failureOf(error);
    if (isNotFound(failure.code)) return;
    throw await writeError(aws, failure, signal);
  }
}

/** The code of whatever an SDK call threw, as AWS names it without `Exception`: for kinds that know more than this file. */
export function codeOf(error: unknown): string {
  return failureOf(error).code;
}

interface Failure {
  /** Normalised. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
  /** HTTP status; `undefined` when no answer came. */
  readonly status: number | undefined;
  readonly cause: unknown;
}

function failureOf(cause: unknown): Failure {
  if (!(cause instanceof Error)) return { code: 'Unknown', message: String(cause), requestId: undefined, status: undefined, cause };
  const wire = textOf(cause, 'Code') ?? textOf(cause, 'code');
  const metadata: unknown = Reflect.get(cause, '$metadata');
  const status: unknown = typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  const requestId: unknown = typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'requestId') : undefined;
  return {
    code: normalised(wire ?? cause.name),
    message: cause.message,
    requestId: typeof requestId === 'string' ? requestId : undefined,
    status: typeof status === 'number' ? status : undefined,
    cause,
  };
}

function textOf(error: Error, key: string): string | undefined {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const fieldsOf = ({ code, requestId, cause }: Failure, next?: string) => ({ code, requestId, cause, next });

/** What a read and a write have in common. */
async function common(aws: Aws, failure: Failure, signal: AbortSignal): Promise<SignedOut | Refused | undefined> {
  const { code, message } = failure;
  if (isSignedOut(code))
    return new SignedOut(`The AWS credentials are missing or have expired: ${message}`, fieldsOf(failure, 'Sign in again.'));
  if (isUnknownKey(code, message)) {
    return new Refused(
      `AWS does not accept these credentials in ${aws.region}: the region is not enabled in this account, or the access key is not active`,
      {
        ...fieldsOf(
          failure,
          'Enable the region (AWS Console, Account, AWS Regions), choose another region in platform.yml, or sign in with other credentials.',
        ),
        // The same code as of a missing permission.
        ...(code === 'AuthFailure' ? { code: 'unknown-key' } : {}),
        detail: aws.region,
      },
    );
  }
  if (isDenied(code)) {
    const reason = await decoded(aws, message, signal);
    return new Refused(reason, {
      ...fieldsOf(failure, 'Give this identity the permission (`slipway policy` prints the least one), or sign in as another.'),
      detail: actionIn(reason),
    });
  }
  return undefined;
}

/** Said already by a kind that knows more, or by whoever gives the credentials. */
const isSaid = (error: unknown): error is Error => [Refused, NotYet, AnswerLost, Unseen, SignedOut].some((type) => error instanceof type);

async function readError(aws: Aws, failure: Failure, signal: AbortSignal): Promise<Error> {
  if (isSaid(failure.cause)) return failure.cause;
  const known = await common(aws, failure, signal);
  if (known instanceof SignedOut) return known;
  if (known !== undefined) return new Unseen(known.message, { ...fieldsOf(failure, known.next), code: known.code, detail: known.detail });
  const { code, message, status } = failure;
  if (isUnsent(code) || isLost(code))
    return new Unseen(`AWS cannot be reached: ${message}`, fieldsOf(failure, 'Check the network and the proxy.'));
  if (isThrottle(code)) return new Unseen('AWS asks to slow down', fieldsOf(failure));
  if (status !== undefined && status >= 500) return new Unseen(`AWS has a problem of its own: ${message}`, fieldsOf(failure));
  // Neither AWS's words nor the network's: a defect, which must not be taken for "could not be looked at".
  return status === undefined && failure.cause instanceof Error ? failure.cause : new Unseen(message, fieldsOf(failure));
}

async function writeError(aws: Aws, failure: Failure, signal: AbortSignal): Promise<Error> {
  if (isSaid(failure.cause)) return failure.cause;
  const { code, message, status } = failure;
  const known = await common(aws, failure, signal);
  if (known !== undefined) return known;
  if (isThrottle(code)) return new NotYet('AWS asks to slow down', fieldsOf(failure));
  if (isNotFound(code)) return new NotYet(`AWS does not show it everywhere yet: ${message}`, fieldsOf(failure));
  if (isPropagating(code, message)) return new NotYet(`The new role is not known everywhere yet: ${message}`, fieldsOf(failure));
  if (isBusy(code)) return new NotYet(message, fieldsOf(failure));
  if (isUnsent(code)) return new NotYet(`AWS cannot be reached: ${message}`, fieldsOf(failure, 'Check the network and the proxy.'));
  if (isLost(code) || (status !== undefined && status >= 500)) return new AnswerLost(`The answer was lost: ${message}`, fieldsOf(failure));
  return status === undefined && failure.cause instanceof Error ? failure.cause : new Refused(message, fieldsOf(failure));
}

/** The action that was denied, in AWS's words (`is not authorized to perform: eks:CreateAddon on …`) or in ours. */
const actionIn = (text: string): string | undefined => /(?:perform:|may not do) ([a-z0-9-]+:[A-Za-z0-9]+)/.exec(text)?.[1];

/** EC2 hides why it refused in a blob that `sts:DecodeAuthorizationMessage` opens, where the caller may. */
async function decoded(aws: Aws, message: string, signal: AbortSignal): Promise<string> {
  const [, blob] = /Encoded authorization failure message:\s*(\S+)/.exec(message) ?? [];
  const plain = message.replace(/\s*Encoded authorization failure message:.*$/s, '');
  if (blob === undefined || signal.aborted) return plain;
  try {
    const { DecodedMessage } = await aws.sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: blob }), { abortSignal: signal });
    return DecodedMessage === undefined ? plain : (deniedIn(DecodedMessage) ?? plain);
  } catch {
    // Only a nicety, and most identities may not decode: AWS's own sentence stands.
    return plain;
  }
}

function deniedIn(json: string): string | undefined {
  const { context, explicitDeny } = JSON.parse(json) as {
    readonly explicitDeny?: boolean;
    readonly context?: { readonly action?: string; readonly resource?: string; readonly principal?: { readonly arn?: string } };
  };
  if (context?.action === undefined) return undefined;
  const who = context.principal?.arn ?? 'This identity';
  const why = explicitDeny === true ? 'a policy denies it' : 'no policy allows it';
  return `${who} may not do ${context.action}${context.resource === undefined ? '' : ` on ${context.resource}`}: ${why}`;
}
