import { defined } from './checks/network.ts';
import { computeSizes } from './computeSizes.ts';
import { platformKeys } from './keys.ts';
import type { WrittenPlatform } from './keys.ts';
import type { ClusterSpec, ComputeSpec, NetworkSpec, PlatformSpec, StageSpec } from './platformSpec.ts';
import { layOut } from './subnets.ts';

const { network: networkKeys, cluster: clusterKeys, compute: computeKeys, tls: tlsKeys, stages: stageKeys } = platformKeys.keys;

/** The spec of a written platform without errors; `undefined` where something that it must have is missing. */
export function fillDefaults(written: WrittenPlatform): PlatformSpec | undefined {
  const { name, region, id, account, profile, domain, manifests, tls, minio } = written;
  const network = fillNetwork(written.network ?? {});
  if (name === undefined || region === undefined || network === undefined) return undefined;
  const permissionsBoundary = written.iam?.permissionsBoundary;
  const email = tls?.email;
  const endpoint = minio?.endpoint;
  return {
    name,
    ...(id !== undefined && { id }),
    region,
    ...(account !== undefined && { account }),
    ...(profile !== undefined && { profile }),
    ...(domain !== undefined && { domain }),
    tags: definedEntries(written.tags ?? {}),
    ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    network,
    cluster: fillCluster(written.cluster ?? {}),
    compute: fillCompute(written.compute),
    ...(tls !== undefined && { tls: { ...(email !== undefined && { email }), issuer: tls.issuer ?? tlsKeys.keys.issuer.default } }),
    ...(endpoint !== undefined && { minio: { endpoint } }),
    ...(manifests !== undefined && { manifests }),
    stages: Object.fromEntries(Object.entries(written.stages ?? {}).map(([stage, keys]) => [stage, fillStage(keys ?? {})])),
  };
}

function fillNetwork(written: NonNullable<WrittenPlatform['network']>): NetworkSpec | undefined {
  const { keys } = networkKeys;
  const cidr = written.cidr ?? keys.cidr.default;
  const zones = typeof written.zones === 'number' ? written.zones : defined(written.zones);
  const count = typeof zones === 'number' ? zones : zones?.length;
  const layout = layOut({ cidr, zones: count, public: defined(written.public), private: defined(written.private) });
  if (layout.public === undefined || layout.private === undefined) return undefined;
  return {
    cidr,
    zones: zones ?? layout.zones,
    natGateways: written.natGateways ?? keys.natGateways.default,
    s3Endpoint: written.s3Endpoint ?? keys.s3Endpoint.default,
    public: layout.public,
    private: layout.private,
  };
}

function fillCluster(written: NonNullable<WrittenPlatform['cluster']>): ClusterSpec {
  const { keys } = clusterKeys;
  const endpoint = written.endpoint ?? {};
  return {
    version: written.version ?? keys.version.default,
    endpoint: {
      public: endpoint.public ?? keys.endpoint.keys.public.default,
      private: endpoint.private ?? keys.endpoint.keys.private.default,
      publicCidrs: defined(endpoint.publicCidrs) ?? keys.endpoint.keys.publicCidrs.default,
    },
    admins: defined(written.admins) ?? keys.admins.default,
    addons: Object.fromEntries(
      Object.entries(written.addons ?? {}).map(([name, { version, configuration } = {}]) => [
        name,
        { ...(version !== undefined && { version }), ...(configuration !== undefined && { configuration }) },
      ]),
    ),
  };
}

function fillCompute(written: WrittenPlatform['compute']): ComputeSpec {
  return {
    instanceTypes: defined(written?.instanceTypes) ?? computeKeys.keys.instanceTypes.default,
    capacity: written?.capacity ?? computeKeys.keys.capacity.default,
    ...computeSizes(written),
    desiredWritten: written?.desired !== undefined,
  };
}

function fillStage(written: NonNullable<NonNullable<WrittenPlatform['stages']>[string]>): StageSpec {
  const { title, manifests, chart, namespace } = written;
  const requires = defined(written.requires);
  const values = defined(written.values);
  return {
    enabled: written.enabled ?? stageKeys.values.keys.enabled.default,
    ...(title !== undefined && { title }),
    ...(requires !== undefined && { requires }),
    ...(manifests !== undefined && { manifests }),
    ...(chart !== undefined && { chart }),
    ...(values !== undefined && { values }),
    ...(namespace !== undefined && { namespace }),
  };
}

function definedEntries(record: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
