import { Refused } from '../core/graph/errors.ts';
import { credentialOf, dockerConfig, DOCKER_CONFIG_KEYS } from './credentials.ts';

/** A Secret, and the keys of it that somebody needs. */
export interface WantedSecret {
  readonly namespace: string;
  readonly name: string;
  /** Empty: it is used as a whole, and whatever is given belongs in it. */
  readonly keys: readonly string[];
}

/**
 * The port through which values of Secrets come: from a person's input boxes, from `--secrets -`, made up in a rehearsal. They live in
 * memory, are sent to the cluster, and stand in no plan, journal, log, setting, argument or error text.
 */
export interface SecretValues {
  /** Whether values for all keys can be given: a plan says so before anything is written. */
  covers(secret: WantedSecret): boolean;
  /** @throws Refused where nobody has given them. */
  give(secret: WantedSecret): Readonly<Record<string, string>>;
}

/** By `namespace/name`, then key: what `--secrets -` reads. */
export type GivenSecrets = ReadonlyMap<string, ReadonlyMap<string, string>>;

const nameOf = ({ namespace, name }: WantedSecret): string => `${namespace}/${name}`;

/**
 * Values that a person gave. A value for one Secret serves all that hold the same credential (the root user of MinIO stands in every
 * namespace that uses it), and a registry's `username` and `token` become its config file.
 */
export function givenSecrets(given: () => GivenSecrets): SecretValues {
  const valueOf = (secret: WantedSecret, key: string): string | undefined => {
    const own = given().get(nameOf(secret));
    const direct = own?.get(key) ?? registryConfig(own, key);
    if (direct !== undefined) return direct;
    const credential = credentialOf(secret.name, key);
    if (credential === undefined) return undefined;
    for (const [other, values] of given()) {
      const name = other.slice(other.indexOf('/') + 1);
      for (const [otherKey, value] of values) if (credentialOf(name, otherKey) === credential) return value;
    }
    return undefined;
  };
  return portOf(valueOf, (secret) => given().get(nameOf(secret)) ?? new Map());
}

/** A rehearsal makes them up: the same credential has the same value everywhere, and none could be mistaken for a real one. */
export const rehearsedSecrets: SecretValues = portOf(
  ({ name }, key) => {
    if (DOCKER_CONFIG_KEYS.includes(key)) return dockerConfig('rehearsal-user', 'rehearsal-token');
    return `rehearsal-${credentialOf(name, key) ?? `${name}-${key.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`}`;
  },
  ({ name }) => new Map([['REHEARSAL', `rehearsal-${name}`]]),
);

/** What the first cannot give, the second does. */
export function eitherOf(first: SecretValues, second: SecretValues): SecretValues {
  const giver = (secret: WantedSecret): SecretValues => (first.covers(secret) ? first : second);
  return { covers: (secret) => giver(secret).covers(secret), give: (secret) => giver(secret).give(secret) };
}

/** Nobody gives any. */
export const noSecrets: SecretValues = portOf(
  () => undefined,
  () => new Map(),
);

/** `wholeOf`: all that was given for a Secret that is used as a whole. Only a person knows what belongs in it, and nothing is not an answer. */
function portOf(
  valueOf: (secret: WantedSecret, key: string) => string | undefined,
  wholeOf: (secret: WantedSecret) => ReadonlyMap<string, string>,
): SecretValues {
  const given = (secret: WantedSecret): readonly (readonly [key: string, value: string | undefined])[] =>
    secret.keys.length === 0 ? [...wholeOf(secret)] : secret.keys.map((key) => [key, valueOf(secret, key)] as const);
  const refused = (secret: WantedSecret, what: string): Refused =>
    new Refused(`nobody has given ${what} of ${nameOf(secret)}`, { code: 'secret-missing' });
  return {
    covers(secret) {
      const entries = given(secret);
      return entries.length > 0 && entries.every(([, value]) => value !== undefined);
    },
    give(secret) {
      const entries = given(secret);
      if (entries.length === 0) throw refused(secret, 'what belongs in the whole');
      return Object.fromEntries(
        entries.map(([key, value]) => {
          if (value === undefined) throw refused(secret, `a value for ${key}`);
          return [key, value];
        }),
      );
    },
  };
}

function registryConfig(own: ReadonlyMap<string, string> | undefined, key: string): string | undefined {
  const [username, token] = [own?.get('username'), own?.get('token')];
  return DOCKER_CONFIG_KEYS.includes(key) && username !== undefined && token !== undefined ? dockerConfig(username, token) : undefined;
}
