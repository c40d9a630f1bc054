/** One thing that a person knows, and the Secrets' keys that hold it. */
interface Credential {
  /** Lower case and stable: it names what `--secrets` and the input boxes ask for once. */
  readonly id: string;
  readonly secret: RegExp;
  readonly key: RegExp;
}

/** A credential is asked for once for all the Secrets that it fills. */
const CREDENTIALS: readonly Credential[] = [
  { id: 'minio-user', secret: /minio/i, key: /^(access[-_]?key([-_]?id)?|(minio[-_])?root[-_]?user|user(name)?)$/i },
  { id: 'minio-password', secret: /minio/i, key: /^(secret([-_]?access)?[-_]?key|(minio[-_])?root[-_]?password|password)$/i },
  { id: 'github-token', secret: /github/i, key: /^(access[-_]?)?token$/i },
  { id: 'registry', secret: /kaniko|docker|regcred|registry/i, key: /^(config\.json|\.dockerconfigjson)$/ },
];

/** What a key of a Secret holds, if it is one of those that many Secrets hold. */
export function credentialOf(secret: string, key: string): string | undefined {
  return CREDENTIALS.find((each) => each.secret.test(secret) && each.key.test(key))?.id;
}

/** Keys that hold a registry's config file: as Kaniko mounts it, and as an image pull secret has it. */
export const DOCKER_CONFIG_KEYS: readonly string[] = ['config.json', '.dockerconfigjson'];

/**
 * Docker's config file with one login. The entry is called exactly so (docker/cli `registry.IndexServer`), and the login is encoded
 * without a final newline, which would become part of the password.
 */
export function dockerConfig(username: string, token: string): string {
  const auth = Buffer.from(`${username}:${token}`, 'utf8').toString('base64');
  return JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } });
}
