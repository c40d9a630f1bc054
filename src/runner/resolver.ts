import { NODATA, NOTFOUND, Resolver as Dns } from 'node:dns/promises';
import { Unseen } from '../core/graph/errors.ts';
import type { Resolver } from '../stages/resolver.ts';
import { isRecord } from './privateFile.ts';
import { isNodeError } from './runnerError.ts';

const TIMEOUT_MS = 5_000;

/** The resolver of this machine. What it has cached for a new name may be some minutes old. */
export const systemResolver: Resolver = {
  async addresses(host, signal) {
    const answer = await ask(signal, (dns) => dns.resolve4(host));
    if (answer === undefined) throw new Unseen(`nobody here can be asked for the address of ${host}`, { code: 'dns' });
    return answer;
  },
  nameServers: (domain, signal) => ask(signal, (dns) => dns.resolveNs(domain)),
};

/** Empty for a name that does not exist, `undefined` when nobody could be asked. */
async function ask(signal: AbortSignal, question: (dns: Dns) => Promise<string[]>): Promise<readonly string[] | undefined> {
  signal.throwIfAborted();
  const dns = new Dns({ timeout: TIMEOUT_MS, tries: 2 });
  const cancel = (): void => dns.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await question(dns);
  } catch (error) {
    signal.throwIfAborted();
    if (!isNodeError(error)) throw error;
    return error.code === NOTFOUND || error.code === NODATA ? [] : undefined;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** The public DNS of a rehearsed world: only there do its load balancers and zones have names. */
export function rehearsedResolver({
  endpoint,
  env,
}: {
  readonly endpoint: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Resolver {
  const resolve = async (name: string, signal: AbortSignal, what: 'addresses' | 'nameServers'): Promise<readonly string[] | undefined> => {
    const url = new URL('/_rehearsal/resolve', endpoint);
    url.searchParams.set('name', name);
    const token = env['SLIPWAY_REHEARSAL_TOKEN'];
    const answer = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      redirect: 'error',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    }).catch(() => undefined);
    signal.throwIfAborted();
    const body: unknown = answer?.ok === true ? await answer.json() : undefined;
    const found = isRecord(body) ? body[what] : undefined;
    return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : undefined;
  };
  return {
    async addresses(host, signal) {
      const found = await resolve(host, signal, 'addresses');
      if (found === undefined) throw new Unseen('the DNS of the rehearsal does not answer', { code: 'dns' });
      return found;
    },
    nameServers: (domain, signal) => resolve(domain, signal, 'nameServers'),
  };
}
