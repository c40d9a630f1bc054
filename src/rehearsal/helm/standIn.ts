import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isObject } from '../kubernetes/json.ts';
import type { Json, JsonObject } from '../kubernetes/json.ts';
import { durationMs, flag, HelmError, readArguments } from './arguments.ts';
import type { HelmArguments } from './arguments.ts';
import { chartFor } from './charts/charts.ts';
import { rollback, templateOf, uninstall, upgradeOrInstall } from './installation.ts';
import type { Ground, Wish } from './installation.ts';
import { KubeApi } from './kubeApi.ts';
import { readReleases } from './releases.ts';
import type { Release } from './releases.ts';
import { worldConnection } from './worldConnection.ts';

export interface StandInRun {
  /** The world's folder. */
  readonly world: string;
  /** What a Helm would have been given. */
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** For `-f -`. */
  readonly stdin: NodeJS.ReadableStream;
  readonly signal: AbortSignal;
  /** Standard output and error, without their line ends. */
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** The Helm that it says it is, and whose flags, words and records it has. */
const VERSION = 'v4.3.1';
const DEFAULT_TIMEOUT = '5m0s';

/**
 * The rehearsal's Helm: a program with the flags, words and JSON of the real one for what the product uses, which installs small charts of
 * its own as stand-ins through the API of the cluster that its kubeconfig names. A real Helm works against the rehearsal as well.
 * @returns its exit code
 */
export async function runStandIn(run: StandInRun): Promise<number> {
  try {
    await command(run, readArguments(run.argv));
    return 0;
  } catch (error) {
    if (!(error instanceof HelmError) && !run.signal.aborted) throw error;
    run.complain(`Error: ${error instanceof HelmError ? error.message : 'context canceled'}`);
    return 1;
  }
}

async function command(run: StandInRun, given: HelmArguments): Promise<void> {
  const [verb = 'help'] = given.words;
  switch (verb) {
    case 'version':
      return run.print(
        (flag(given, 'template') ?? 'version.BuildInfo{Version:"{{.Version}}", GoVersion:"go1.25.3"}').replaceAll('{{.Version}}', VERSION),
      );
    case 'upgrade':
    case 'install':
      return install(run, given);
    case 'template':
      return template(run, given);
    case 'uninstall':
      await uninstall(groundOf(run, given), word(given, 1, 'uninstall'), namespaceOf(run, given));
      return run.print(`release "${word(given, 1, 'uninstall')}" uninstalled`);
    case 'rollback':
      await rollback(groundOf(run, given), { ...commonOf(run, given, word(given, 1, 'rollback')) }, Number(given.words[2] ?? '0'));
      return run.print('Rollback was a success! Happy Helming!');
    case 'list':
      return list(run, given);
    case 'status':
    case 'history':
      return tell(run, given, verb);
    default:
      throw new HelmError(`unknown command "${verb}" for "helm"`);
  }
}

async function install(run: StandInRun, given: HelmArguments): Promise<void> {
  const verb = given.words[0] ?? 'upgrade';
  const name = word(given, 1, verb);
  const common = commonOf(run, given, name);
  const ground = groundOf(run, given);
  if (verb === 'upgrade' && flag(given, 'install') !== 'true' && (await readReleases(ground.api, common.namespace, name)).length === 0)
    throw new HelmError(`UPGRADE FAILED: "${name}" has no deployed releases`);
  if (verb === 'install' && (await readReleases(ground.api, common.namespace, name)).length > 0)
    throw new HelmError('INSTALLATION FAILED: cannot reuse a name that is still in use');
  const wish: Wish = {
    ...common,
    chart: chartFor(word(given, 2, verb), flag(given, 'version')),
    values: await valuesOf(run, given),
    labels: labelsOf(given),
    historyMax: Number(flag(given, 'history-max') ?? '10'),
    createNamespace: flag(given, 'create-namespace') === 'true',
  };
  const release = await upgradeOrInstall(ground, wish);
  if (flag(given, 'output') === 'json') run.print(JSON.stringify(described(release)));
  else
    run.print(
      `Release "${name}" has been ${release.version === 1 ? 'installed' : 'upgraded'}. Happy Helming!\nNAME: ${name}\nNAMESPACE: ${wish.namespace}\nSTATUS: deployed\nREVISION: ${release.version}`,
    );
}

async function template(run: StandInRun, given: HelmArguments): Promise<void> {
  const chart = chartFor(word(given, 2, 'template'), flag(given, 'version'));
  const values = await valuesOf(run, given);
  const { objects, hooks, definitions } = templateOf({
    name: word(given, 1, 'template'),
    namespace: flag(given, 'namespace') ?? 'default',
    chart,
    values,
  });
  const crds = flag(given, 'include-crds') === 'true' ? definitions : [];
  for (const object of [...crds, ...objects, ...hooks.map((hook) => hook.object)]) run.print(`---\n${JSON.stringify(object)}`);
}

async function list(run: StandInRun, given: HelmArguments): Promise<void> {
  const { api } = groundOf(run, given);
  const all = await readReleases(api, namespaceOf(run, given));
  const latest = [...new Map(all.map((each) => [each.name, each])).values()];
  const rows = latest.map((each) => ({
    name: each.name,
    namespace: each.namespace,
    revision: String(each.version),
    updated: each.lastDeployed,
    status: each.status,
    chart: `${each.chart.name}-${each.chart.version}`,
    app_version: each.chart.appVersion,
  }));
  if (flag(given, 'output') === 'json') return run.print(JSON.stringify(rows));
  run.print(
    ['NAME\tNAMESPACE\tREVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION', ...rows.map((row) => Object.values(row).join('\t'))].join('\n'),
  );
}

async function tell(run: StandInRun, given: HelmArguments, verb: 'status' | 'history'): Promise<void> {
  const all = await readReleases(groundOf(run, given).api, namespaceOf(run, given), word(given, 1, verb));
  const last = all.at(-1);
  if (last === undefined) throw new HelmError('release: not found');
  const told = verb === 'status' ? described(last) : all.map(described);
  run.print(
    flag(given, 'output') === 'json'
      ? JSON.stringify(told)
      : `NAME: ${last.name}\nNAMESPACE: ${last.namespace}\nSTATUS: ${last.status}\nREVISION: ${last.version}`,
  );
}

function described(release: Release): JsonObject {
  const { name, namespace, version, status, description, firstDeployed, lastDeployed, chart, config } = release;
  const info = { first_deployed: firstDeployed, last_deployed: lastDeployed, deleted: '', description, status };
  return { name, namespace, version, info, config, chart: { metadata: chart } };
}

function groundOf(run: StandInRun, given: HelmArguments): Ground {
  return { api: KubeApi.open(flag(given, 'kubeconfig'), run.env), world: worldConnection(run.world), signal: run.signal };
}

function namespaceOf(run: StandInRun, given: HelmArguments): string {
  return flag(given, 'namespace') ?? KubeApi.open(flag(given, 'kubeconfig'), run.env).namespace;
}

function commonOf(run: StandInRun, given: HelmArguments, name: string): Pick<Wish, 'name' | 'namespace' | 'timeoutMs' | 'force'> {
  if (name.length > 53 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))
    throw new HelmError(`invalid release name, must match regex and the length must not be longer than 53`);
  return {
    name,
    namespace: namespaceOf(run, given),
    timeoutMs: durationMs(flag(given, 'timeout') ?? DEFAULT_TIMEOUT),
    force: flag(given, 'force-conflicts') === 'true',
  };
}

function word(given: HelmArguments, index: number, verb: string): string {
  const found = given.words[index];
  if (found === undefined) throw new HelmError(`"helm ${verb}" requires ${index} argument${index === 1 ? '' : 's'}`);
  return found;
}

function labelsOf(given: HelmArguments): Readonly<Record<string, string>> {
  const pairs = (given.flags.get('labels') ?? []).flatMap((each) => each.split(','));
  return Object.fromEntries(
    pairs.map((pair) => {
      const cut = pair.indexOf('=');
      return [pair.slice(0, cut), pair.slice(cut + 1)] as const;
    }),
  );
}

/** Of all `-f`, later ones over earlier ones; `-` is the standard input. @throws HelmError */
async function valuesOf(run: StandInRun, given: HelmArguments): Promise<JsonObject> {
  let values: JsonObject = {};
  for (const path of given.flags.get('values') ?? []) {
    const text = path === '-' ? await textOf(run.stdin) : readFileSync(path, 'utf8');
    let read: Json;
    try {
      read = parse(text) as Json;
    } catch {
      throw new HelmError(`failed to parse ${path}: error converting YAML to JSON`);
    }
    if (isObject(read)) values = merged(values, read);
  }
  return values;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** Maps are merged, everything else is replaced; null takes a key away. */
function merged(below: JsonObject, over: JsonObject): JsonObject {
  const all = { ...below, ...over };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]): [string, Json][] => {
      const under = below[key];
      if (value === null) return [];
      return [[key, isObject(under) && isObject(value) ? merged(under, value) : value]];
    }),
  );
}
