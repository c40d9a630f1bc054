/** The public DNS, as far as stages ask it. In a rehearsal the world answers. */
export interface Resolver {
  /** Addresses of a host; empty when the name does not resolve. @throws Unseen when nobody can be asked. */
  addresses(host: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Name servers of a domain; empty when it has none, `undefined` when nobody can be asked. */
  nameServers(domain: string, signal: AbortSignal): Promise<readonly string[] | undefined>;
}
