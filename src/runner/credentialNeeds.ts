import { DOCKER_CONFIG_KEYS, fieldOf, type CredentialKind } from '../kubernetes/credentials.ts';
import type { GivenSecrets, WantedSecret } from '../kubernetes/secretValues.ts';
import type { CredentialNeed, CredentialValues } from './objectCalls.ts';
import { RunnerError } from './runnerError.ts';

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
    if (secret.keys.length === 0) add(nameOf(secret), secret, `Secret ${nameOf(secret)}`, [WHOLE]);
    for (const key of secret.keys) {
      const known = fieldOf(secret.name, key);
      if (known === undefined && isLogin(key))
        add(nameOf(secret), secret, `Docker Hub, Secret ${nameOf(secret)}`, KINDS['docker-hub'].fields);
      else if (known === undefined) add(nameOf(secret), secret, `Secret ${nameOf(secret)}`, [ownField(secret, key)]);
      else add(known.need, secret, KINDS[known.need].title, KINDS[known.need].fields);
    }
  }
  return [...needs.values()];
}

/** What is used as a whole has the keys that its owner gives it. */
const WHOLE: Field = { id: '*', title: 'KEY=value, or {"KEY": "value", …}', hidden: true, suggestion: 'rehearsal-key=rehearsal-value' };

/** A file that is made of user name and token. */
const isLogin = (key: string): boolean => DOCKER_CONFIG_KEYS.includes(key);

const ownField = ({ name }: WantedSecret, key: string): Field => ({
  id: key,
  title: key,
  hidden: true,
  suggestion: `rehearsal-${name}-${key}`,
});

const withoutSuggestion = ({ id, title, hidden }: Field): Field => ({ id, title, hidden });

const unique = (fields: readonly Field[]): readonly Field[] => [...new Map(fields.map((field) => [field.id, field])).values()];

/** What was entered, by Secret and key, as `givenSecrets` takes it; what was left empty is not given. @throws RunnerError exit 2 */
export function secretsFrom(lacking: readonly LackingSecret[], values: CredentialValues): GivenSecrets {
  const given = new Map<string, ReadonlyMap<string, string>>();
  for (const secret of lacking) {
    const whole = secret.keys.length === 0 ? values[nameOf(secret)]?.[WHOLE.id] : undefined;
    if (whole !== undefined && whole !== '') given.set(nameOf(secret), wholeFrom(secret, whole));
    const entries = secret.keys.flatMap((key): readonly (readonly [string, string])[] => {
      const known = fieldOf(secret.name, key);
      const entered = values[known?.need ?? nameOf(secret)] ?? {};
      const fields = isLogin(key) ? ['username', 'token'] : [known?.field ?? key];
      return fields.flatMap((field) => {
        const value = entered[field];
        return value === undefined || value === '' ? [] : [[fields.length > 1 ? field : key, value] as const];
      });
    });
    if (entries.length > 0) given.set(nameOf(secret), new Map(entries));
  }
  return given;
}

function wholeFrom(secret: WantedSecret, text: string): ReadonlyMap<string, string> {
  const [, key, value] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
  const entries = key !== undefined && value !== undefined ? [[key, value] as const] : entriesOf(text);
  if (entries.length > 0 && entries.every(([name, each]) => /^[\w.-]+$/.test(name) && typeof each === 'string'))
    return new Map(entries.map(([name, each]) => [name, String(each)]));
  const next = 'Enter KEY=value, or a JSON object of texts.';
  throw new RunnerError(`What was entered for the Secret ${nameOf(secret)} has no keys and values.`, {
    code: 'secret-form',
    exit: 2,
    next,
  });
}

function entriesOf(text: string): readonly (readonly [string, unknown])[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? Object.entries(parsed) : [];
  } catch {
    return [];
  }
}
