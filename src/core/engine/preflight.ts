import type { Finding } from '../findings/finding.ts';
import { SignedOut } from '../graph/errors.ts';
import type { AnyResource, Look, QuotaDemand } from '../graph/resource.ts';
import { BEFORE_ANY_WRITE, lookOf, settledOutputs } from './look.ts';
import type { Run } from './run.ts';
import { unlessAborted } from './unlessAborted.ts';

/** What must hold before the first write, of every provider and every resource that has something to say. What may not be read only informs. */
export async function preflight(run: Run, resources: readonly AnyResource[], demand: readonly QuotaDemand[]): Promise<readonly Finding[]> {
  const ask = async (
    provider: string,
    subject: string,
    check: (look: Look) => Promise<readonly Finding[]>,
  ): Promise<readonly Finding[]> => {
    const look = lookOf(run, { provider, since: BEFORE_ANY_WRITE, outputsOf: settledOutputs(run) });
    try {
      return await run.signedIn(() => unlessAborted(run.signal, check(look)));
    } catch (error) {
      if (error instanceof SignedOut) throw error;
      run.signal.throwIfAborted();
      return [
        {
          code: 'unseen',
          severity: 'information',
          message: `${subject} could not be checked: ${error instanceof Error ? error.message : String(error)}`,
        },
      ];
    }
  };
  const findings = await Promise.all([
    ...run.ports.providers.map(async (provider) =>
      provider.check
        ? ask(provider.name, `The prerequisites of ${provider.name}`, (look) => provider.check?.(look, demand) ?? Promise.resolve([]))
        : [],
    ),
    ...resources.map(async (resource) =>
      resource.check ? ask(resource.provider, resource.title, (look) => resource.check?.(look) ?? Promise.resolve([])) : [],
    ),
  ]);
  return findings.flat();
}
