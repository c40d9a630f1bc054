import { loadSharedConfigFiles } from '@smithy/core/config';

/** AWS at another address, as a variable or the person's AWS configuration names it. */
export interface ConfiguredEndpoint {
  /** Where it is named: `AWS_ENDPOINT_URL_EKS`, `endpoint_url of profile dev`. */
  readonly source: string;
  readonly url: string;
  /** The one service that it is for, as the variables write it (`EKS`, `ELASTIC_LOAD_BALANCING_V2`); absent: all. */
  readonly service?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Section = Readonly<Record<string, string | undefined>>;

const VARIABLE = 'AWS_ENDPOINT_URL';
const KEY = 'endpoint_url';

/**
 * What would send AWS requests elsewhere, the strongest first: the first that fits a service is the one that it uses. The variables
 * come before the profile, one service's before those for all (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
 * The SDK itself is told to use none by itself (`createAws`), so that nothing is used that was not listed.
 */
export async function configuredEndpoints(env: Environment, profile: string | undefined): Promise<readonly ConfiguredEndpoint[]> {
  const name = profile ?? nonEmpty(env['AWS_PROFILE']) ?? 'default';
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    ...(env['AWS_CONFIG_FILE'] === undefined ? {} : { configFilepath: env['AWS_CONFIG_FILE'] }),
    ...(env['AWS_SHARED_CREDENTIALS_FILE'] === undefined ? {} : { filepath: env['AWS_SHARED_CREDENTIALS_FILE'] }),
    ignoreCache: true,
  });
  const section: Section = { ...credentialsFile[name], ...configFile[name] };
  const ignored = env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] ?? section['ignore_configured_endpoint_urls'];
  if (ignored === 'true') return [];
  const services: Section = configFile[`services.${section['services'] ?? ''}`] ?? {};
  return [...inEnvironment(env), ...inServices(services, `services ${section['services'] ?? ''}`), ...inProfile(section, name)];
}

function inEnvironment(env: Environment): readonly ConfiguredEndpoint[] {
  const named = Object.entries(env).flatMap(([source, value]): readonly ConfiguredEndpoint[] => {
    const url = nonEmpty(value);
    const [, service] = /^AWS_ENDPOINT_URL_([A-Z0-9_]+)$/.exec(source) ?? [];
    return service === undefined || url === undefined ? [] : [{ source, url, service }];
  });
  const all = nonEmpty(env[VARIABLE]);
  return all === undefined ? named : [...named, { source: VARIABLE, url: all }];
}

/** `sts.endpoint_url`, as the SDK reads the nested keys of a `[services NAME]` section. */
function inServices(section: Section, source: string): readonly ConfiguredEndpoint[] {
  return Object.entries(section).flatMap(([key, value]): readonly ConfiguredEndpoint[] => {
    const url = nonEmpty(value);
    const [, service] = /^(\w+)\.endpoint_url$/.exec(key) ?? [];
    return service === undefined || url === undefined ? [] : [{ source: `${key} of ${source}`, url, service: service.toUpperCase() }];
  });
}

function inProfile(section: Section, name: string): readonly ConfiguredEndpoint[] {
  const url = nonEmpty(section[KEY]);
  return url === undefined ? [] : [{ source: `${KEY} of profile ${name}`, url }];
}

const nonEmpty = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
