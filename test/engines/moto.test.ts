import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as ec2 from '@aws-sdk/client-ec2';
import type { DescribeClusterCommandOutput } from '@aws-sdk/client-eks';
import * as iam from '@aws-sdk/client-iam';
import { createAgents } from '../../src/aws/agent.ts';
import { createAws, type Aws } from '../../src/aws/aws.ts';
import { priceBook } from '../../src/aws/prices.ts';
import { awsProvider } from '../../src/aws/provider.ts';
import type { Engine } from '../../src/core/engine/engine.ts';
import type { RunEvent } from '../../src/core/engine/events.ts';
import type { AnyResource } from '../../src/core/graph/resource.ts';
import { ResourceGraph } from '../../src/core/graph/resourceGraph.ts';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import { platformTag } from '../../src/core/platform/platformSpec.ts';
import { platformGraph } from '../../src/stages/registry.ts';
import type { StageContext } from '../../src/stages/stageContext.ts';
import { engineOf, shortSleeps } from './engineOf.ts';
import { given } from './given.ts';
import { startMoto, type Moto } from './moto.ts';

/** What moto does not have (domain-facts M): version lists, add-ons, access entries, and a Kubernetes behind its clusters. */
const lacking = /^(cluster-version|addon|access\/|StorageClass|gate\/|kubeconfig|ConfigMap)/;
const kubernetesVersion = '1.36';

/** A clock on which waiting costs nothing: everything in moto is ready at once. */
const eager = shortSleeps(50);

/** moto's clusters have no security group and no certificate of their own, and forget settings that the product compares. */
function fillIn(aws: Aws): void {
  aws.eks.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { cluster } = result.output as DescribeClusterCommandOutput;
      if (cluster !== undefined) {
        const access = {
          endpointPublicAccess: true,
          endpointPrivateAccess: true,
          publicAccessCidrs: ['0.0.0.0/0'],
          clusterSecurityGroupId: 'sg-0123456789abcdef0',
        };
        cluster.resourcesVpcConfig = { ...access, ...cluster.resourcesVpcConfig };
        cluster.certificateAuthority = { data: 'Y2E=', ...cluster.certificateAuthority };
      }
      return result;
    },
    { step: 'initialize', name: 'what moto leaves out' },
  );
}

class Platform {
  readonly aws: Aws;
  readonly events: RunEvent[] = [];
  readonly writes: string[] = [];
  readonly graph: ResourceGraph;
  readonly #engine: Engine;
  readonly #signal = new AbortController().signal;

  constructor(endpoint: string, text: string) {
    const { spec, findings } = parsePlatform(text, '/platform.yml');
    assert.ok(spec, JSON.stringify(findings));
    const agents = createAgents({});
    this.aws = createAws({
      region: spec.region,
      credentials: async () => ({ accessKeyId: 'test', secretAccessKey: 'test' }),
      agents,
      endpoint,
      onCall: ({ operation }) => {
        if (!/^(Describe|Get|List)/.test(operation)) this.writes.push(operation);
      },
    });
    fillIn(this.aws);
    const context: StageContext = {
      spec,
      identity: { platform: platformTag(spec), tags: spec.tags },
      aws: this.aws,
      prices: priceBook(spec.region),
      clock: eager,
      agents,
      reach: () => assert.fail('there is no Kubernetes behind moto'),
      kubeconfig: {
        read: async () => undefined,
        write: async () => undefined,
        remove: async () => undefined,
        path: async () => '/kubeconfig',
      },
    };
    const whole = platformGraph(context);
    const standIn = (resource: AnyResource): AnyResource =>
      lacking.test(resource.id) ? given(resource.id, { name: resource.id, version: kubernetesVersion }) : resource;
    this.graph = new ResourceGraph(whole.stages.map((stage) => ({ ...stage, resources: stage.resources.map(standIn) })));
    this.#engine = engineOf(this.events, eager, [awsProvider(context)]);
  }

  failures(): string {
    return JSON.stringify(this.events.filter((event) => event.event === 'resource.failed' || event.event === 'resource.skipped'));
  }
  apply = () => this.#engine.apply(this.graph, { signal: this.#signal, consent: new Set() });
  destroy = () => this.#engine.destroy(this.graph, { signal: this.#signal, consent: new Set() });
  plan = () => this.#engine.plan(this.graph, 'apply', { signal: this.#signal });
}

describe('against moto', () => {
  let moto: Moto;
  const sample = readFileSync('manifests/platform.yml', 'utf8');
  const changed = `${sample}\ncompute: { min: 12, desired: 13, max: 18 }\n`;
  let first: Platform;

  before(async () => {
    moto = await startMoto();
    first = new Platform(moto.endpoint, sample);
  });
  after(() => moto.stop());

  it('makes VPC, roles, OIDC provider, cluster and node group', async () => {
    const outcome = await first.apply();
    assert.equal(outcome.outcome, 'succeeded', first.failures());
    for (const id of [
      'vpc',
      'subnet/private/10.0.16.0-20',
      'nat/10.0.0.0-20',
      'role/cluster',
      'oidc',
      'role/ebs-csi',
      'cluster',
      'nodegroup',
    ]) {
      assert.ok(outcome.changed.includes(id), `${id} is not among ${outcome.changed.join(', ')}`);
    }
  });

  it('finds all of it again, and writes nothing', async () => {
    const again = new Platform(moto.endpoint, sample);
    assert.deepEqual(
      (await again.plan()).changes.map((c) => c.change.summary),
      [],
    );
    assert.deepEqual((await again.apply()).changed, [], again.failures());
    assert.deepEqual(again.writes, []);
  });

  it('changes in place what can be changed in place, and mends what a person changed', async () => {
    const next = new Platform(moto.endpoint, changed);
    const { Vpcs } = await next.aws.ec2.send(
      new ec2.DescribeVpcsCommand({ Filters: [{ Name: 'tag:slipway:platform', Values: ['cauchy'] }] }),
    );
    const VpcId = Vpcs?.[0]?.VpcId;
    await next.aws.ec2.send(new ec2.ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: false } }));
    const outcome = await next.apply();
    assert.equal(outcome.outcome, 'succeeded', next.failures());
    assert.deepEqual([...outcome.changed].sort(), ['nodegroup', 'vpc']);
    const { EnableDnsHostnames } = await next.aws.ec2.send(new ec2.DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsHostnames' }));
    assert.equal(EnableDnsHostnames?.Value, true);
    assert.deepEqual((await new Platform(moto.endpoint, changed).apply()).changed, []);
  });

  it('destroys it, and leaves nothing of ours', async () => {
    const last = new Platform(moto.endpoint, changed);
    const outcome = await last.destroy();
    assert.equal(outcome.outcome, 'succeeded', last.failures());
    assert.deepEqual(outcome.residue, []);
    // by our tag: moto really makes what a DryRun only asks about (domain-facts M), so the preflight leaves things there
    const Filters = [{ Name: 'tag-key', Values: ['slipway:platform'] }];
    const { Vpcs } = await last.aws.ec2.send(new ec2.DescribeVpcsCommand({ Filters }));
    assert.deepEqual(Vpcs, []);
    const { Addresses } = await last.aws.ec2.send(new ec2.DescribeAddressesCommand({ Filters }));
    assert.deepEqual(Addresses, []);
    const { NatGateways } = await last.aws.ec2.send(new ec2.DescribeNatGatewaysCommand({ Filter: Filters }));
    assert.deepEqual(
      NatGateways?.filter((nat) => nat.State !== 'deleted'),
      [],
    );
    const { Roles } = await last.aws.iam.send(new iam.ListRolesCommand({}));
    assert.deepEqual(
      Roles?.map((role) => role.RoleName).filter((name) => name?.startsWith('slipway')),
      [],
    );
    const { OpenIDConnectProviderList } = await last.aws.iam.send(new iam.ListOpenIDConnectProvidersCommand({}));
    assert.deepEqual(OpenIDConnectProviderList, []);
  });
});
