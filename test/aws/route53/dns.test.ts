import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { LoadBalancerOut } from '../../../src/aws/outputs.ts';
import { discoverRoute53 } from '../../../src/aws/route53/discoverRoute53.ts';
import { domainRecords } from '../../../src/aws/route53/domainRecords.ts';
import { hostedZone } from '../../../src/aws/route53/hostedZone.ts';
import type { Outcome } from '../../../src/core/engine/events.ts';
import type { AnyResource, Handle, Observation } from '../../../src/core/graph/resource.ts';
import { ResourceGraph } from '../../../src/core/graph/resourceGraph.ts';
import { hostedZones } from '../../../src/rehearsal/route53.ts';
import { RehearsedAccount } from '../rehearsedAccount.ts';

const NLB = 'slipway-0123456789abcdef.elb.us-west-2.amazonaws.com';

/** A load balancer that is there: what the stage takes from `serviceLoadBalancer`. */
function balancerOf(dnsName: string): Handle<LoadBalancerOut> & AnyResource {
  const outputs: LoadBalancerOut = { kind: 'network', dnsName, canonicalHostedZoneId: 'Z18D5FSROUN65G', arn: 'arn' };
  return {
    id: 'load-balancer',
    kind: 'test',
    provider: 'aws',
    title: 'Load balancer',
    needs: {},
    observe: (): Promise<Observation<LoadBalancerOut>> =>
      Promise.resolve({ state: 'ready', owner: 'slipway', physicalId: 'arn', attributes: {}, outputs }),
  };
}

/** `delegated`: what the public DNS says; nobody can be asked for `nobody`. */
function graphOf(account: RehearsedAccount, dnsName = NLB, delegated: readonly string[] | 'nobody' = []): ResourceGraph {
  const balancer = balancerOf(dnsName);
  const zone = hostedZone(account.scope, {
    domain: 'cauchy.link',
    nameServersOf: () => Promise.resolve(delegated === 'nobody' ? undefined : delegated),
  });
  const resources = [balancer, zone, domainRecords(account.scope, 'cauchy.link', { zone, balancer })];
  return new ResourceGraph([{ id: 'dns', title: 'DNS', doc: '', icon: '', requires: [], barrier: false, resources }]);
}

const signal = new AbortController().signal;
const apply = (account: RehearsedAccount, graph = graphOf(account), consent: readonly string[] = []): Promise<Outcome> =>
  account.engine().apply(graph, { signal, consent: new Set(consent) });
const destroy = (account: RehearsedAccount): Promise<Outcome> => account.engine().destroy(graphOf(account), { signal, consent: new Set() });

async function zoneIdOf(account: RehearsedAccount): Promise<string> {
  const graph = graphOf(account);
  const seen = (await account.engine().observe(graph, { signal, depth: 'status' })).get('hosted-zone/cauchy.link');
  assert.ok(seen !== undefined && 'physicalId' in seen);
  return seen.physicalId;
}

async function setsOf(account: RehearsedAccount): Promise<readonly ResourceRecordSet[]> {
  const HostedZoneId = await zoneIdOf(account);
  const { ResourceRecordSets = [] } = await account.aws.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
  return ResourceRecordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA');
}

async function theirs(account: RehearsedAccount, ...sets: readonly ResourceRecordSet[]): Promise<void> {
  const Changes = sets.map((ResourceRecordSet) => ({ Action: 'UPSERT' as const, ResourceRecordSet }));
  await account.aws.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: await zoneIdOf(account), ChangeBatch: { Changes } }));
}

/** A new zone is listed late: resolves when it is. */
async function theirZone(account: RehearsedAccount, CallerReference: string): Promise<string> {
  const { HostedZone } = await account.aws.route53.send(new CreateHostedZoneCommand({ Name: 'cauchy.link', CallerReference }));
  await account.clock.sleep(4_000, signal);
  return (HostedZone?.Id ?? '').replace('/hostedzone/', '');
}

async function zoneIds(account: RehearsedAccount): Promise<readonly string[]> {
  const { HostedZones = [] } = await account.aws.route53.send(new ListHostedZonesCommand({}));
  return HostedZones.map(({ Id = '' }) => Id.replace('/hostedzone/', ''));
}

const writes = (account: RehearsedAccount): number => account.log().filter(({ mutating }) => mutating).length;

describe('DNS', function () {
  this.timeout(30_000);

  it('from nothing: the zone, the alias with the load balancer’s own zone, the wildcard, and whose they are; then nothing more to do', async () => {
    await using account = await RehearsedAccount.start();
    assert.equal((await apply(account)).outcome, 'succeeded', account.failures());
    const sets = await setsOf(account);
    assert.deepEqual(
      sets.map(({ Name, Type }) => `${Type ?? ''} ${Name ?? ''}`),
      ['A cauchy.link.', 'CNAME \\052.cauchy.link.', 'TXT _slipway.cauchy.link.'],
    );
    assert.deepEqual(sets[0]?.AliasTarget, { HostedZoneId: 'Z18D5FSROUN65G', DNSName: `${NLB}.`, EvaluateTargetHealth: false });
    assert.deepEqual(
      sets[2]?.ResourceRecords?.map(({ Value }) => Value),
      ['"slipway platform=cauchy/k3f9x2"', `"A @ ${NLB}"`, `"CNAME * ${NLB}"`],
    );
    const before = writes(account);
    assert.equal((await apply(account)).outcome, 'succeeded');
    assert.equal(writes(account), before);
  });

  it('is ready only when Route 53 has told its name servers', async () => {
    await using account = await RehearsedAccount.start();
    const began = account.clock.now();
    await apply(account);
    assert.ok(account.clock.now() - began >= 45_000);
    assert.ok(account.log().some(({ operation }) => operation === 'GetChange'));
  });

  it('a load balancer that is made again takes its records along, without a consent', async () => {
    await using account = await RehearsedAccount.start();
    await apply(account);
    const other = 'slipway-fedcba9876543210.elb.us-west-2.amazonaws.com';
    assert.equal((await apply(account, graphOf(account, other))).outcome, 'succeeded', account.failures());
    const [apex, wildcard] = await setsOf(account);
    assert.equal(apex?.AliasTarget?.DNSName, `${other}.`);
    assert.equal(wildcard?.ResourceRecords?.[0]?.Value, `${other}.`);
  });

  it('records that are not ours are shown with where they lead, and stay without consent', async () => {
    await using account = await RehearsedAccount.start();
    await theirZone(account, 'theirs');
    await theirs(
      account,
      { Name: 'cauchy.link', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.7' }] },
      { Name: '*.cauchy.link', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.8' }] },
    );
    const plan = await account.engine().plan(graphOf(account), 'apply', { signal });
    const change = plan.changes.find(({ resource }) => resource === 'dns-records/cauchy.link');
    assert.equal(change?.consent, 'overwrite');
    assert.match(change?.change.summary ?? '', /A cauchy\.link → 192\.0\.2\.7, A \*\.cauchy\.link → 192\.0\.2\.8/);
    assert.equal((await apply(account)).outcome, 'failed');
    assert.deepEqual(
      (await setsOf(account)).map((set) => set.ResourceRecords?.[0]?.Value),
      ['192.0.2.7', '192.0.2.8'],
    );
  });

  it('with consent they are ours: another type at the wildcard goes in the same batch', async () => {
    await using account = await RehearsedAccount.start();
    await theirZone(account, 'theirs');
    await theirs(account, { Name: '*.cauchy.link', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.8' }] });
    const outcome = await apply(account, graphOf(account), ['overwrite:dns-records/cauchy.link']);
    assert.equal(outcome.outcome, 'succeeded', account.failures());
    assert.deepEqual(
      (await setsOf(account)).map(({ Type }) => Type),
      ['A', 'CNAME', 'TXT'],
    );
  });

  it('a record that somebody changed after us is theirs', async () => {
    await using account = await RehearsedAccount.start();
    await apply(account);
    await theirs(account, { Name: '*.cauchy.link', Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: 'elsewhere.example.' }] });
    const plan = await account.engine().plan(graphOf(account), 'apply', { signal });
    assert.deepEqual(
      plan.changes.map(({ resource, consent }) => `${resource} ${consent ?? ''}`),
      ['dns-records/cauchy.link overwrite'],
    );
  });

  it('mail and name servers at the apex are nobody’s business', async () => {
    await using account = await RehearsedAccount.start();
    await theirZone(account, 'theirs');
    await theirs(account, { Name: 'cauchy.link', Type: 'MX', TTL: 60, ResourceRecords: [{ Value: '10 mail.example.' }] });
    assert.equal((await apply(account)).outcome, 'succeeded', account.failures());
    assert.ok((await setsOf(account)).some(({ Type }) => Type === 'MX'));
  });

  it('a destroy takes the records, then the zone that we made', async () => {
    await using account = await RehearsedAccount.start();
    await apply(account);
    assert.equal((await destroy(account)).outcome, 'succeeded', account.failures());
    const operations = account
      .log()
      .filter(({ mutating }) => mutating)
      .map(({ operation }) => operation);
    assert.deepEqual(operations.slice(-2), ['ChangeResourceRecordSets', 'DeleteHostedZone']);
  });

  it('a destroy leaves a zone that was there before us, and what others have put at our names', async () => {
    await using account = await RehearsedAccount.start();
    await theirZone(account, 'theirs');
    await apply(account);
    await theirs(account, { Name: '*.cauchy.link', Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: 'elsewhere.example.' }] });
    assert.equal((await destroy(account)).outcome, 'succeeded', account.failures());
    assert.deepEqual(
      (await setsOf(account)).map(({ Name }) => Name),
      ['\\052.cauchy.link.'],
    );
  });

  it('a zone of ours in which others have put records is not deleted, and the run says why', async () => {
    await using account = await RehearsedAccount.start();
    await apply(account);
    await theirs(account, { Name: 'mail.cauchy.link', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.9' }] });
    assert.equal((await destroy(account)).outcome, 'failed');
    assert.match(account.failures(), /hosted-zone\/cauchy\.link: records that Slipway did not make are in the zone/);
  });

  it('two zones of one name are refused, naming both', async () => {
    await using account = await RehearsedAccount.start();
    await theirZone(account, 'one');
    await theirZone(account, 'two');
    const plan = await account.engine().plan(graphOf(account), 'apply', { signal });
    const change = plan.changes.find(({ resource }) => resource === 'hosted-zone/cauchy.link')?.change;
    assert.equal(change?.action, 'blocked');
    assert.match(change?.summary ?? '', /2 public hosted zones of this name, Z\w+ and Z\w+/);
  });

  it('killed after its zone was asked for and begun again before it is listed: no second zone', async () => {
    await using account = await RehearsedAccount.start();
    const stop = new AbortController();
    const killed = account.engine().apply(graphOf(account), { signal: stop.signal, consent: new Set() });
    while (hostedZones(account.world).length === 0) await delay(1);
    stop.abort();
    await killed;
    assert.equal((await apply(account)).outcome, 'succeeded', account.failures());
    assert.equal(hostedZones(account.world).length, 1);
  });

  it('two zones that we made are twins: the one with records answers, the empty one goes', async () => {
    await using account = await RehearsedAccount.start();
    const [one, other] = [await theirZone(account, 'slipway:cauchy/k3f9x2:a'), await theirZone(account, 'slipway:cauchy/k3f9x2:b')];
    const used = one < other ? other : one;
    const Changes = [
      {
        Action: 'CREATE' as const,
        ResourceRecordSet: { Name: 'x.cauchy.link', Type: 'A' as const, TTL: 60, ResourceRecords: [{ Value: '192.0.2.9' }] },
      },
    ];
    await account.aws.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: used, ChangeBatch: { Changes } }));
    assert.equal((await apply(account)).outcome, 'succeeded', account.failures());
    assert.deepEqual(await zoneIds(account), [used]);
  });

  it('two zones that we made and both in use are told as such', async () => {
    await using account = await RehearsedAccount.start();
    for (const reference of ['a', 'b']) {
      const HostedZoneId = await theirZone(account, `slipway:cauchy/k3f9x2:${reference}`);
      const ResourceRecordSet = { Name: 'x.cauchy.link', Type: 'A' as const, TTL: 60, ResourceRecords: [{ Value: '192.0.2.9' }] };
      const Changes = [{ Action: 'CREATE' as const, ResourceRecordSet }];
      await account.aws.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
    }
    assert.equal((await apply(account)).outcome, 'failed');
    assert.match(account.failures(), /it exists twice and both are in use/);
  });

  it('while a second zone of somebody else stands, a destroy still takes our records and our zone', async () => {
    await using account = await RehearsedAccount.start();
    await apply(account);
    const second = await theirZone(account, 'theirs');
    assert.equal((await destroy(account)).outcome, 'succeeded', account.failures());
    assert.deepEqual(await zoneIds(account), [second]);
  });

  it('a domain that no registrar leads here is a warning with the four servers, and holds nothing back', async () => {
    await using account = await RehearsedAccount.start();
    await apply(account);
    const check = async (delegated: readonly string[] | 'nobody') =>
      (await account.engine().plan(graphOf(account, NLB, delegated), 'apply', { signal })).findings.filter(
        ({ resource }) => resource === 'hosted-zone/cauchy.link',
      );
    const [missing] = await check(['ns1.registrar.example.']);
    assert.equal(missing?.severity, 'warning');
    assert.match(missing?.message ?? '', /name ns-41\.awsdns-05\.com, .* \(it names ns1\.registrar\.example\)/);
    assert.deepEqual(await check(['NS-41.AWSDNS-05.COM.']), []);
    assert.equal((await check('nobody'))[0]?.severity, 'information');
  });

  it('what no platform file names any more is found: our zone, and our records in whatever zone; nothing of others', async () => {
    await using account = await RehearsedAccount.start();
    await apply(account);
    await account.aws.route53.send(new CreateHostedZoneCommand({ Name: 'other.example', CallerReference: 'theirs' }));
    account.pass(60);
    const engine = account.engine([{ name: 'aws', parallel: 12, discover: (look) => discoverRoute53(account.scope, look) }]);
    const empty = new ResourceGraph([{ id: 'dns', title: 'DNS', doc: '', icon: '', requires: [], barrier: false, resources: [] }]);
    const { orphans } = await engine.plan(empty, 'apply', { signal });
    assert.deepEqual(orphans.map(({ id }) => id).sort(), ['dns-records/cauchy.link', 'hosted-zone/cauchy.link']);
    const consent = new Set(orphans.map(({ id }) => `delete:${id}`));
    assert.equal((await engine.apply(empty, { signal, consent })).outcome, 'succeeded', account.failures());
    const { HostedZones = [] } = await account.aws.route53.send(new ListHostedZonesCommand({}));
    assert.deepEqual(
      HostedZones.map(({ Name }) => Name),
      ['other.example.'],
    );
  });
});
