import { AllocateAddressCommand, DescribeAddressesCommand, ReleaseAddressCommand, type Address } from '@aws-sdk/client-ec2';
import { compare } from '../../core/graph/compare.ts';
import { NotYet } from '../../core/graph/errors.ts';
import type { Resource } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { codeOf, remove, write } from '../errors.ts';
import type { AddressOut } from '../outputs.ts';
import { namedTagsOf } from '../tags.ts';
import { answering, ec2Line, tagWords } from './commandLine.ts';
import { EC2_HIDDEN_MS, listOf, observeTagged, ofPlatform, present, retag, tagSpecifications, type Ec2Kind } from './kind.ts';
import { cidrKey } from './subnet.ts';

export function addressKind(scope: AwsScope): Ec2Kind<Address, AddressOut> {
  const { aws } = scope;
  return {
    type: 'AWS::EC2::EIP',
    estimate: () => ({ createSeconds: 5, updateSeconds: 2, deleteSeconds: 5, monthlyUsd: scope.prices.publicIpv4 }),
    list: listOf(scope, {
      key: 'addresses',
      // DescribeAddresses has no pages.
      async *pages(o) {
        yield await aws.ec2.send(new DescribeAddressesCommand({ Filters: ofPlatform(scope) }), o);
      },
      itemsOf: (page) => page.Addresses,
      idOf: (address) => address.AllocationId,
    }),
    view: async ({ id, item }) => ({ state: 'ready', outputs: { allocationId: id, publicIp: item.PublicIp ?? '' }, attributes: {} }),
    used: async ({ item }) => item.AssociationId !== undefined,
    delete: (seen, ctx) =>
      remove(aws, ctx, (o) => aws.ec2.send(new ReleaseAddressCommand({ AllocationId: seen.physicalId }), o).catch(heldByNat)),
  };
}

/** While a NAT gateway lets go of its address, AWS refuses the release with `AuthFailure`: whose it is then is AWS itself. */
function heldByNat(error: unknown): never {
  if (codeOf(error) !== 'AuthFailure' || /access credentials/i.test(String(error))) throw error;
  throw new NotYet('The NAT gateway has not let go of the address yet', { code: 'AuthFailure', cause: error });
}

/** An Elastic IP for the NAT gateway in the public subnet `cidr`. It costs from the moment that it is allocated. */
export function address(scope: AwsScope, cidr: string): Resource<AddressOut, Record<never, never>> {
  const { aws } = scope;
  const id = `address/${cidrKey(cidr)}`;
  const title = `Elastic IP for ${cidr}`;
  const kind = addressKind(scope);
  const tags = namedTagsOf(scope.identity, id);
  return {
    id,
    kind: kind.type,
    provider: 'aws',
    title,
    needs: {},
    // Its creation is no claim on the platform, so it waits for the one that is.
    after: ['vpc'],
    hiddenFor: EC2_HIDDEN_MS,
    repeatable: false,
    demand: [{ quota: 'ec2:L-0263D0A3', amount: 1 }],
    observe: (look, depth) => observeTagged(scope, kind, id, tags, look, depth),
    steps: {
      plan: (seen) => compare(title, seen, { tags }),
      create: async (_inputs, ctx) => {
        await write(aws, ctx, (o) =>
          aws.ec2Once.send(new AllocateAddressCommand({ Domain: 'vpc', TagSpecifications: tagSpecifications('elastic-ip', tags) }), o),
        );
      },
      update: (seen, _inputs, ctx) => retag(scope, present(seen), tags, ctx),
      delete: (seen, ctx) => kind.delete(seen, ctx),
    },
    estimate: kind.estimate,
    placeholders: () => ({ allocationId: `<ALLOCATION-ID-FOR-${cidrKey(cidr)}>` }),
    commands: () => [ec2Line(aws, 'allocate-address', '--domain', 'vpc', ...tagWords('elastic-ip', tags), ...answering('AllocationId'))],
  };
}
