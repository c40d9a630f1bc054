import { DOCKER_CONFIG_KEYS, fieldOf, type CredentialKind } from '../kubernetes/credentials.ts';
import type { GivenSecrets, WantedSecret } from '../kubernetes/secretValues.ts';
import type { CredentialNeed, CredentialValues } from './objectCalls.ts';

/** A Secret that is missing or incomplete, with the titles of those who wait for it. */
export interface LackingSecret extends WantedSecret {
  readonly neededBy: readonly string[];
}

type Field = CredentialNeed['fields'][number];

const KINDS: Readonly<Record<CredentialKind, { readonly title: string; readonly fields: readonly Field[] }>> = {
  minio: {
    title: 'Root user of MinIO',
    fields: [
      { id: 'user', title: 'User name', hidden: false, suggestion: 'rehearsal-minio-user' },
      { id: 'password', title: 'Password, at least 8 characters', hidden: true, suggestion: 'rehearsal-minio-password' },
    ],
  },
  github: { title: 'GitHub access', fields: [{ id: 'token', title: 'Access token', hidden: true, suggestion: 'rehearsal-github-token' }] },
  'docker-hub': {
    title: 'Docker Hub',
    fields: [
      { id: 'username', title: 'User name (not the e-mail address)', hidden: false, suggestion: 'rehearsal-user' },
      { id: 'token', title: 'Access token that may write', hidden: true, suggestion: 'rehearsal-token' },
    ],
  },
};

const nameOf = ({ namespace, name }: WantedSecret): string => `${namespace}/${name}`;

/** What a person has to be asked for: a credential once for all the Secrets that it fills, and the rest Secret by Secret. */
export function credentialNeeds(lacking: readonly LackingSecret[], rehearsal: boolean): readonly CredentialNeed[] {
  const needs = new Map<string, CredentialNeed>();
  const add = (id: string, secret: LackingSecret, title: string, fields: readonly Field[]): void => {
    const known = needs.get(id);
    needs.set(id, {
      id,
      title,
      fields: unique([...(known?.fields ?? []), ...(rehearsal ? fields : fields.map(withoutSuggestion))]),
      fills: [...new Set([...(known?.fills ?? []), nameOf(secret)])],
      neededBy: [...new Set([...(known?.neededBy ?? []), ...secret.neededBy])],
    });
  };
  for (const secret of lacking) {
    for (const key of secret.keys) {
      const known = fieldOf(secret.name, key);
      if (known === undefined) add(nameOf(secret), secret, `Secret ${nameOf(secret)}`, [ownField(secret, key)]);
      else add(known.need, secret, KINDS[known.need].title, KINDS[known.need].fields);
    }
  }
  return [...needs.values()];
}

const ownField = ({ name }: WantedSecret, key: string): Field => ({
  id: key,
  title: key,
  hidden: true,
  suggestion: `rehearsal-${name}-${key}`,
});

const withoutSuggestion = ({ id, title, hidden }: Field): Field => ({ id, title, hidden });

const unique = (fields: readonly Field[]): readonly Field[] => [...new Map(fields.map((field) => [field.id, field])).values()];

/** What was entered, by Secret and key, as `givenSecrets` takes it; what was left empty is not given. */
export function secretsFrom(lacking: readonly LackingSecret[], values: CredentialValues): GivenSecrets {
  const given = new Map<string, ReadonlyMap<string, string>>();
  for (const secret of lacking) {
    const entries = secret.keys.flatMap((key): readonly (readonly [string, string])[] => {
      const known = fieldOf(secret.name, key);
      const entered = values[known?.need ?? nameOf(secret)] ?? {};
      const fields = DOCKER_CONFIG_KEYS.includes(key) && known !== undefined ? ['username', 'token'] : [known?.field ?? key];
      return fields.flatMap((field) => {
        const value = entered[field];
        return value === undefined || value === '' ? [] : [[fields.length > 1 ? field : key, value] as const];
      });
    });
    if (entries.length > 0) given.set(nameOf(secret), new Map(entries));
  }
  return given;
}
