import assert from 'node:assert/strict';

/** The code of AWS's refusal; what is not refused fails the test. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Error, 'AWS refuses this');
  return error.name;
}

/** The value, which the service model leaves open but this answer must have. */
export function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
