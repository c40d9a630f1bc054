import { isRecord } from './privateFile.ts';
import type { FaultView } from './protocol.ts';
import type { Rehearsal } from './rehearsalProcess.ts';
import { RunnerError } from './runnerError.ts';

/** What can be broken in the rehearsal, and what is. */
export async function listFaults(rehearsal: Rehearsal, signal: AbortSignal): Promise<readonly FaultView[]> {
  const body = await ask(rehearsal, 'GET', undefined, signal);
  const faults = isRecord(body) && Array.isArray(body['faults']) ? body['faults'] : [];
  return faults.flatMap((fault): readonly FaultView[] => {
    if (!isRecord(fault)) return [];
    const { name, text, argument, armed } = fault;
    if (typeof name !== 'string') return [];
    const broken = (Array.isArray(armed) ? armed : []).map((each) => (each === '' ? name : `${name}=${String(each)}`));
    return [
      {
        name,
        description: typeof text === 'string' ? text : name,
        ...(isRecord(argument) && typeof argument['text'] === 'string' ? { argument: argument['text'] } : {}),
        ...(isRecord(argument) && argument['required'] === true ? { needsArgument: true } : {}),
        armed: broken.length > 0,
        broken,
      },
    ];
  });
}

/** `NAME` or `NAME=ARG`. @throws RunnerError exit 2 for a fault that does not exist. */
export async function armFault(rehearsal: Rehearsal, fault: string, signal: AbortSignal): Promise<void> {
  await ask(rehearsal, 'POST', { arm: fault }, signal);
}

export async function disarmFault(rehearsal: Rehearsal, fault: string, signal: AbortSignal): Promise<void> {
  await ask(rehearsal, 'POST', { disarm: fault }, signal);
}

async function ask(rehearsal: Rehearsal, method: 'GET' | 'POST', body: object | undefined, signal: AbortSignal): Promise<unknown> {
  const token = rehearsal.env['SLIPWAY_REHEARSAL_TOKEN'];
  const answer = await fetch(new URL('/_rehearsal/faults', rehearsal.endpoint), {
    method,
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    redirect: 'error',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const value: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return value;
  const message =
    isRecord(value) && typeof value['message'] === 'string' ? value['message'] : `the rehearsal answered ${String(answer.status)}`;
  throw new RunnerError(message, { code: 'rehearsal-fault', exit: 2 });
}
