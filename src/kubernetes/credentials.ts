/** One thing that a person knows, and the Secrets' keys that hold it. */
interface Credential {
  /** Stable: two keys with the same one hold the same value. */
  readonly id: string;
  /** What a person is asked for at a time, and the field of it. */
  readonly need: CredentialKind;
  readonly field: string;
  readonly secret: RegExp;
  readonly key: RegExp;
}

export type CredentialKind = 'minio' | 'github' | 'docker-hub';

/** A credential is asked for once for all the Secrets that it fills. */
const CREDENTIALS: readonly Credential[] = [
  {
    id: 'minio-user',
    need: 'minio',
    field: 'user',
    secret: /minio/i,
    key: /^(access[-_]?key([-_]?id)?|(minio[-_])?root[-_]?user|user(name)?)$/i,
  },
  {
    id: 'minio-password',
    need: 'minio',
    field: 'password',
    secret: /minio/i,
    key: /^(secret([-_]?access)?[-_]?key|(minio[-_])?root[-_]?password|password)$/i,
  },
  { id: 'github-token', need: 'github', field: 'token', secret: /github/i, key: /^(access[-_]?)?token$/i },
  {
    id: 'registry',
    need: 'docker-hub',
    field: 'config',
    secret: /kaniko|docker|regcred|registry/i,
    key: /^(config\.json|\.dockerconfigjson)$/,
  },
];

const credentialIn = (secret: string, key: string): Credential | undefined =>
  CREDENTIALS.find((each) => each.secret.test(secret) && each.key.test(key));

/** What a key of a Secret holds, if it is one of those that many Secrets hold. */
export function credentialOf(secret: string, key: string): string | undefined {
  return credentialIn(secret, key)?.id;
}

/** The same as a person is asked for it. */
export function fieldOf(secret: string, key: string): { readonly need: CredentialKind; readonly field: string } | undefined {
  return credentialIn(secret, key);
}

/** The key of what `imagePullSecrets` name, and the type that the kubelet wants then (Kubernetes: "Pull an Image from a Private Registry"). */
export const PULL_SECRET_KEY = '.dockerconfigjson';
export const secretTypeOf = (keys: readonly string[]): string =>
  keys.includes(PULL_SECRET_KEY) ? 'kubernetes.io/dockerconfigjson' : 'Opaque';

/** Keys that hold a registry's config file: as Kaniko mounts it, and as an image pull secret has it. */
export const DOCKER_CONFIG_KEYS: readonly string[] = ['config.json', PULL_SECRET_KEY];

/**
 * Docker's config file with one login. The entry is called exactly so (docker/cli `registry.IndexServer`), and the login is encoded
 * without a final newline, which would become part of the password.
 */
export function dockerConfig(username: string, token: string): string {
  const auth = Buffer.from(`${username}:${token}`, 'utf8').toString('base64');
  return JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } });
}
