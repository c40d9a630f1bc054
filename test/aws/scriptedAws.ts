import { createAgents } from '../../src/aws/agent.ts';
import { createAws } from '../../src/aws/aws.ts';
import type { Aws } from '../../src/aws/aws.ts';
import type { Depth, Handle, Look, Observation } from '../../src/core/graph/resource.ts';

/** A request as a kind sent it. */
export interface Sent {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Answers by operation (`CreateRole`). What is not in the script is a failure of the test: nothing may be asked for that was not expected. */
export type Script = Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => unknown>>;

export interface ScriptedAws {
  readonly aws: Aws;
  readonly sent: Sent[];
  /** Names of the operations, in order. */
  operations(): readonly string[];
}

interface Command {
  readonly input: Readonly<Record<string, unknown>>;
}

/** The product's own clients, real but for `send`: nothing leaves the process. */
export function scriptedAws(script: Script, region = 'us-west-2'): ScriptedAws {
  const sent: Sent[] = [];
  const aws = createAws({
    region,
    agents: createAgents({}),
    credentials: () => Promise.resolve({ accessKeyId: 'AKIDCANARY', secretAccessKey: 'canary-secret' }),
  });
  const send = async (command: Command): Promise<unknown> => {
    const operation = command.constructor.name.replace(/Command$/, '');
    sent.push({ operation, input: command.input });
    const answer = script[operation];
    if (answer === undefined) throw new Error(`the test did not expect ${operation}`);
    return answer(command.input);
  };
  for (const client of [aws.ec2, aws.ec2Once, aws.iam, aws.eks, aws.sts, aws.elb, aws.elbv2, aws.route53, aws.serviceQuotas])
    Object.defineProperty(client, 'send', { value: send });
  return { aws, sent, operations: () => sent.map(({ operation }) => operation) };
}

/** An error as the SDK throws it for an answer of AWS. */
export function awsError(code: string, message: string = code, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name: code, $metadata: { httpStatusCode, requestId: 'canary-request' } });
}

export const fails = (code: string, message?: string) => (): never => {
  throw awsError(code, message);
};

/** One pass of reading, in which the outputs of others are given. */
export function lookWith(outputs: Readonly<Record<string, object>> = {}): Look {
  const shared = new Map<string, Promise<unknown>>();
  return {
    signal: new AbortController().signal,
    outputs: <O>(handle: Handle<O>) => Promise.resolve(outputs[handle.id] as Partial<O> | undefined),
    share: <T>(key: string, read: () => Promise<T>) => {
      const known = shared.get(key) ?? read();
      shared.set(key, known);
      return known as Promise<T>;
    },
  };
}

/** Something that others need, which is there with these outputs; give the same to `lookWith`. */
export function handleOf<O>(id: string): Handle<O> {
  return { id, observe: (): Promise<Observation<O>> => Promise.reject(new Error(`${id} is not looked at in this test`)) };
}

export const stepContext = (run = 'run1'): { readonly signal: AbortSignal; readonly run: string; progress(): void } => ({
  signal: new AbortController().signal,
  run,
  progress: () => undefined,
});

export const depths: readonly Depth[] = ['status', 'plan'];
