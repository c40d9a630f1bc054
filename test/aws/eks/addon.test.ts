import assert from 'node:assert/strict';
import { addon, addonWithRole } from '../../../src/aws/eks/addon.ts';
import type { AddonWish } from '../../../src/aws/eks/addon.ts';
import { addonVersion } from '../../../src/aws/eks/addonVersion.ts';
import type { AddonVersionOut, ClusterOut, RoleOut, VersionOut } from '../../../src/aws/outputs.ts';
import { fails, handleOf, lookWith, scriptedAws, stepContext } from '../scriptedAws.ts';
import type { Script } from '../scriptedAws.ts';
import { eksScope } from './eksScope.ts';

const clusterOut: ClusterOut = {
  name: 'cauchy',
  arn: 'arn:cluster',
  version: '1.35',
  endpoint: 'https://example',
  certificateAuthority: 'Q0E=',
  issuer: 'https://oidc/id/X',
  clusterSecurityGroupId: 'sg-1',
};
const inputs = { cluster: clusterOut, version: { version: 'v1', takesDefault: true } };
const missingReplicas = { code: 'InsufficientNumberOfReplicas', message: "doesn't have the desired number of replicas" };
const denied = { code: 'AccessDenied', message: 'not authorized' };

const addonAs = (status: string, issues: object[] = [], changes: object = {}) => ({
  addon: {
    addonName: 'x',
    addonArn: 'arn:addon',
    status,
    addonVersion: 'v1',
    health: { issues },
    tags: { 'slipway:platform': 'cauchy', 'slipway:resource': 'addon/x' },
    ...changes,
  },
});

function setting(script: Script, changes: Partial<AddonWish> = {}) {
  const scripted = scriptedAws(script);
  const wish: AddonWish = { name: 'x', title: 'x add-on', configuration: undefined, usable: 'accepted', awaits: 'nodegroup', ...changes };
  const resource = addon(eksScope(scripted.aws), wish, {
    cluster: handleOf<ClusterOut>('cluster'),
    version: handleOf<AddonVersionOut>('addon-version/x'),
  });
  const look = () => resource.observe(lookWith(), 'plan');
  return { ...scripted, resource, look, plan: async () => resource.steps?.plan(await look(), inputs) };
}

const seenAs = (status: string, issues: object[] = [], changes: Partial<AddonWish> = {}) =>
  setting({ DescribeAddon: () => addonAs(status, issues) }, changes).look();

describe('an add-on before there is compute', () => {
  it('is usable and waits for nodes, whether EKS says CREATING or DEGRADED', async () => {
    for (const [status, issues] of [
      ['CREATING', []],
      ['CREATING', [missingReplicas]],
      ['DEGRADED', [missingReplicas]],
    ] as const) {
      const seen = await seenAs(status, [...issues]);
      assert.ok(seen.state === 'degraded' && seen.awaits === 'nodegroup', `${status} ${JSON.stringify(issues)}: ${seen.state}`);
      assert.equal(seen.reason, 'installed, waiting for compute');
    }
  });

  it('is not usable before it is ACTIVE if it is the network plugin', async () => {
    assert.equal((await seenAs('CREATING', [], { usable: 'active' })).state, 'pending');
    assert.equal((await seenAs('DEGRADED', [missingReplicas], { usable: 'active' })).state, 'pending');
    assert.equal((await seenAs('ACTIVE', [], { usable: 'active' })).state, 'ready');
  });

  it('that has a real cause is not taken for one that waits', async () => {
    const degraded = await seenAs('DEGRADED', [missingReplicas, denied]);
    assert.ok(degraded.state === 'failed' && degraded.cause?.message.includes('not authorized') === true);
    const creating = await seenAs('CREATING', [denied]);
    assert.equal(creating.state, 'pending');
  });

  it('is absent while there is no cluster', async () => {
    const { look } = setting({ DescribeAddon: fails('ResourceNotFoundException') });
    assert.deepEqual(await look(), { state: 'absent' });
  });

  it('that could not be made is made again; one that became degraded is not', async () => {
    assert.equal((await setting({ DescribeAddon: () => addonAs('CREATE_FAILED', [denied]) }).plan())?.action, 'recreate');
    assert.equal((await setting({ DescribeAddon: () => addonAs('DEGRADED', [denied]) }).plan())?.action, 'none');
  });
});

describe('an add-on', () => {
  it('keeps what people changed in the cluster when its version changes', async () => {
    const { resource, look, sent } = setting({
      DescribeAddon: () => addonAs('ACTIVE', [], { addonVersion: 'v0' }),
      UpdateAddon: () => ({}),
    });
    await resource.steps?.update?.(await look(), inputs, stepContext());
    const { operation, input } = sent.at(-1) ?? {};
    assert.equal(operation, 'UpdateAddon');
    assert.deepEqual(input, { clusterName: 'cauchy', addonName: 'x', addonVersion: 'v1', resolveConflicts: 'PRESERVE' });
  });

  it('takes over what is in the cluster under its names', async () => {
    const { resource, sent } = setting({ CreateAddon: () => ({}) });
    await resource.steps?.create?.(inputs, stepContext());
    assert.deepEqual(sent[0]?.input, {
      clusterName: 'cauchy',
      addonName: 'x',
      addonVersion: 'v1',
      resolveConflicts: 'OVERWRITE',
      tags: { 'slipway:platform': 'cauchy', 'slipway:resource': 'addon/x' },
    });
  });

  it('is compared in its configuration only where platform.yml has one, whatever the order of keys', async () => {
    const script = { DescribeAddon: () => addonAs('ACTIVE', [], { configurationValues: '{"b":1,"a":2}' }) };
    assert.equal((await setting(script).plan())?.action, 'none');
    assert.equal((await setting(script, { configuration: { a: 2, b: 1 } }).plan())?.action, 'none');
    assert.equal((await setting(script, { configuration: { a: 3 } }).plan())?.action, 'update');
  });

  it('is updated in place to another version', async () => {
    const { resource, look, sent } = setting({ DescribeAddon: () => addonAs('ACTIVE'), UpdateAddon: () => ({}) });
    await resource.steps?.update?.(await look(), { ...inputs, version: { version: 'v2', takesDefault: true } }, stepContext());
    assert.equal(sent.at(-1)?.operation, 'UpdateAddon');
    assert.equal(sent.at(-1)?.input['addonVersion'], 'v2');
  });

  it('with a role says so, and is mended when another is there', async () => {
    const scripted = scriptedAws({
      DescribeAddon: () => addonAs('ACTIVE', [], { serviceAccountRoleArn: 'arn:old' }),
      CreateAddon: () => ({}),
    });
    const wish: AddonWish = { name: 'x', title: 'x', configuration: undefined, usable: 'accepted', awaits: 'nodegroup' };
    const needs = { cluster: handleOf<ClusterOut>('cluster'), version: handleOf<AddonVersionOut>('v'), role: handleOf<RoleOut>('role') };
    const resource = addonWithRole(eksScope(scripted.aws), wish, needs);
    const withRole = { ...inputs, role: { arn: 'arn:role', name: 'role' } };
    assert.equal(resource.steps?.plan(await resource.observe(lookWith(), 'plan'), withRole).action, 'update');
    await resource.steps?.create?.(withRole, stepContext());
    assert.equal(scripted.sent.at(-1)?.input['serviceAccountRoleArn'], 'arn:role');
  });
});

describe('the version of an add-on', () => {
  const versions = {
    addons: [
      {
        addonName: 'x',
        addonVersions: [
          { addonVersion: 'v3', compatibilities: [{ clusterVersion: '1.35', defaultVersion: false }] },
          {
            addonVersion: 'v2',
            compatibilities: [
              { clusterVersion: '1.34', defaultVersion: true },
              { clusterVersion: '1.35', defaultVersion: true },
            ],
          },
          { addonVersion: 'v1', compatibilities: [{ clusterVersion: '1.35', defaultVersion: false }] },
        ],
      },
    ],
  };
  const seenBy = async (script: Script, version?: string, defaultAt?: readonly string[]) => {
    const scripted = scriptedAws(script);
    const kubernetes = handleOf<VersionOut>('cluster-version');
    const seen = await addonVersion(eksScope(scripted.aws), { name: 'x', version, defaultAt }, { kubernetes }).observe(
      lookWith({ 'cluster-version': { version: '1.35' } }),
      'plan',
    );
    return { seen, operations: scripted.operations() };
  };
  it('that is newer than the installed one informs, and is no change', async () => {
    const findings = async (installed: string) => {
      const { aws } = scriptedAws({
        DescribeAddon: () => addonAs('ACTIVE', [], { addonVersion: installed }),
        DescribeAddonVersions: () => versions,
      });
      const kubernetes = handleOf<VersionOut>('cluster-version');
      const resource = addonVersion(eksScope(aws), { name: 'x', version: undefined, defaultAt: undefined }, { kubernetes });
      return resource.check?.(lookWith({ 'cluster-version': { version: '1.35' } }), 'apply');
    };
    const [finding] = (await findings('v1')) ?? [];
    assert.deepEqual([finding?.severity, finding?.resource], ['information', 'addon/x']);
    assert.match(finding?.message ?? '', /^x v2 is EKS's default for Kubernetes 1\.35; v1 is installed and stays\./);
    assert.deepEqual([await findings('v2'), await findings('v3')], [[], []]);
  });

  const chosen = async (script: Script, version?: string) => {
    const { seen } = await seenBy(script, version);
    return seen.state === 'ready' ? seen.outputs.version : seen.state;
  };
  /** Whether `controller.extraVolumeTags` is taken, and whether the schema was read for it. */
  const takes = async (script: Script, version?: string) => {
    const { seen, operations } = await seenBy(script, version, ['controller', 'extraVolumeTags']);
    assert.ok(seen.state === 'ready');
    return [seen.outputs.takesDefault, operations.includes('DescribeAddonConfiguration')];
  };
  const schema = (text: object | string) => ({
    DescribeAddonConfiguration: () => ({ configurationSchema: typeof text === 'string' ? text : JSON.stringify(text) }),
  });
  const absent = { DescribeAddon: fails('ResourceNotFoundException'), DescribeAddonVersions: () => versions };

  it('is the default one, neither the newest nor the first', async () => {
    assert.equal(await chosen({ DescribeAddon: fails('ResourceNotFoundException'), DescribeAddonVersions: () => versions }), 'v2');
  });

  it('is what is installed, once something is', async () => {
    assert.equal(await chosen({ DescribeAddon: () => addonAs('ACTIVE') }), 'v1');
  });

  it('is what platform.yml says, without a question', async () => {
    assert.equal(await chosen({}, 'v9'), 'v9');
  });

  it('takes a setting of ours where its schema names it, behind references too', async () => {
    const known = { properties: { extraVolumeTags: { type: 'object' } }, additionalProperties: false };
    const direct = { type: 'object', properties: { controller: known }, additionalProperties: false };
    const referred = { $ref: '#/$defs/Driver', $defs: { Driver: { properties: { controller: { $ref: '#/$defs/C' } } }, C: known } };
    for (const one of [direct, referred]) assert.deepEqual(await takes({ ...absent, ...schema(one) }), [true, true]);
  });

  it('does not take it where the schema is closed and lacks it, is none, or leads in a circle', async () => {
    const without = { properties: { controller: { properties: { replicaCount: {} }, additionalProperties: false } } };
    for (const one of [without, {}, '', 'no json', { $ref: '#/a', a: { $ref: '#/a' } }])
      assert.deepEqual(await takes({ ...absent, ...schema(one) }), [false, true], JSON.stringify(one));
  });

  it('is not asked about it again once it took it, and is when it lost it or another version is wanted', async () => {
    const taken = { configurationValues: '{"controller":{"extraVolumeTags":{"a":"b"}}}' };
    const open = schema({ properties: { controller: { type: 'object' } } });
    assert.deepEqual(await takes({ DescribeAddon: () => addonAs('ACTIVE', [], taken) }), [true, false]);
    assert.deepEqual(await takes({ DescribeAddon: () => addonAs('ACTIVE'), ...open }), [true, true]);
    assert.deepEqual(await takes({ DescribeAddon: () => addonAs('ACTIVE', [], taken), ...open }, 'v9'), [true, true]);
  });
});

describe('an add-on whose version does not take what we would add', () => {
  it('is made without it, and not changed for it later', async () => {
    const plain = { DescribeAddon: () => addonAs('ACTIVE', [], { configurationValues: '{"b":1}' }), CreateAddon: () => ({}) };
    const { resource, look, sent } = setting(plain, { configuration: { a: 1, b: 1 }, plainConfiguration: { b: 1 } });
    const refusing = { ...inputs, version: { version: 'v1', takesDefault: false } };
    await resource.steps?.create?.(refusing, stepContext());
    assert.equal(sent[0]?.input['configurationValues'], '{"b":1}');
    assert.equal(resource.steps?.plan(await look(), refusing).action, 'none');
    assert.equal(resource.steps?.plan(await look(), inputs).action, 'update');
  });
});
