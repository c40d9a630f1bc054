import type { GivenSecrets } from '../kubernetes/secretValues.ts';
import { RunnerError } from './runnerError.ts';

/**
 * Real values have no business in a rehearsal: whatever stands in its world can be read.
 * @throws RunnerError exit 2, which quotes none of them
 */
export function checkRehearsed(given: GivenSecrets): void {
  for (const values of given.values())
    for (const value of values.values())
      if (!value.startsWith('rehearsal-'))
        throw new RunnerError('A rehearsal takes only values that begin with rehearsal-.', {
          code: 'rehearsal-secrets',
          exit: 2,
          next: 'Take those that are suggested; on the command line leave --secrets out, and they are made up.',
        });
}
