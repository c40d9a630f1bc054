import { GetProducts$, type Filter, type GetProductsRequest, type GetProductsResponse } from '@aws-sdk/client-pricing';
import prices from '../../resources/prices.json' with { type: 'json' };
import { AwsError, byName, read, type Call, type Service } from './service.ts';
import type { World } from './world.ts';

/** One product of the price list: attributes to filter by, and what it costs. */
interface Product {
  readonly service: string;
  readonly family: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly unit: 'Hrs' | 'GB-Mo';
  readonly usd: number;
}

/** The list that the product's own table gives: enough to ask for instances, clusters, NAT gateways, addresses and volumes. */
function products(): readonly Product[] {
  return Object.entries(prices.regions).flatMap(([regionCode, region]) => {
    const product = (
      service: string,
      family: string,
      usd: number,
      attributes: Readonly<Record<string, string>>,
      unit: Product['unit'] = 'Hrs',
    ): Product => ({
      service,
      family,
      usd,
      unit,
      attributes: { regionCode, servicecode: service, locationType: 'AWS Region', ...attributes },
    });
    const linux = {
      operatingSystem: 'Linux',
      tenancy: 'Shared',
      preInstalledSw: 'NA',
      capacitystatus: 'Used',
      licenseModel: 'No License required',
      marketoption: 'OnDemand',
    };
    return [
      ...Object.entries(region.instanceHour).map(([instanceType, usd]) =>
        product('AmazonEC2', 'Compute Instance', usd, { ...linux, instanceType, usagetype: `BoxUsage:${instanceType}` }),
      ),
      product('AmazonEC2', 'NAT Gateway', region.natGatewayHour, { group: 'NGW:NatGateway', usagetype: 'NatGateway-Hours' }),
      product(
        'AmazonEC2',
        'Storage',
        region.gp3GibMonth,
        { volumeApiName: 'gp3', volumeType: 'General Purpose', usagetype: 'EBS:VolumeUsage.gp3' },
        'GB-Mo',
      ),
      product('AmazonVPC', 'IP Address', region.publicIpv4Hour, { group: 'VPCPublicIPv4Address', usagetype: 'PublicIPv4:InUseAddress' }),
      product('AmazonEKS', 'Compute', region.eksClusterHour, { operation: 'CreateOperation', usagetype: 'AmazonEKS-Hours:perCluster' }),
      product('AWSELB', 'Load Balancer-Network', region.networkLoadBalancerHour, {
        group: 'ELB:Balancing',
        usagetype: 'LoadBalancerUsage',
      }),
    ];
  });
}

const MAX_PAGE = 100;

function getProducts(_world: World, { input }: Call<GetProductsRequest>): GetProductsResponse {
  const all = products().filter((each) => each.service === input.ServiceCode);
  if (all.length === 0) throw new AwsError('NotFoundException', `Cannot find service: ${String(input.ServiceCode)}`);
  const matching = all.filter((each) => (input.Filters ?? []).every((filter) => matches(each, filter)));
  const size = input.MaxResults ?? MAX_PAGE;
  if (size < 1 || size > MAX_PAGE) throw new AwsError('InvalidParameterException', 'MaxResults must be between 1 and 100');
  const start = input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, 'base64').toString());
  if (!Number.isInteger(start) || start < 0) throw new AwsError('InvalidNextTokenException', 'Invalid pagination token');
  const end = start + size;
  return {
    FormatVersion: 'aws_v1',
    PriceList: matching.slice(start, end).map((each) => JSON.stringify(listed(each))),
    ...(end < matching.length && { NextToken: Buffer.from(String(end)).toString('base64') }),
  };
}

function matches(product: Product, filter: Filter): boolean {
  const actual = filter.Field === 'productFamily' ? product.family : product.attributes[filter.Field ?? ''];
  return actual?.toLowerCase() === filter.Value?.toLowerCase();
}

function listed(product: Product): object {
  const sku = Buffer.from(`${product.attributes['regionCode'] ?? ''}${product.attributes['usagetype'] ?? ''}`)
    .toString('hex')
    .toUpperCase()
    .slice(-16);
  const term = `${sku}.JRTCKXETXF`;
  const dimension = {
    unit: product.unit,
    rateCode: `${term}.6YS6EN2CT7`,
    beginRange: '0',
    endRange: 'Inf',
    pricePerUnit: { USD: product.usd.toFixed(10) },
    appliesTo: [],
    description: '',
  };
  return {
    product: { productFamily: product.family, attributes: product.attributes, sku },
    serviceCode: product.service,
    terms: {
      OnDemand: {
        [term]: {
          priceDimensions: { [dimension.rateCode]: dimension },
          sku,
          effectiveDate: `${prices.asOf}T00:00:00Z`,
          offerTermCode: 'JRTCKXETXF',
          termAttributes: {},
        },
      },
    },
    version: prices.asOf.replaceAll('-', ''),
    publicationDate: `${prices.asOf}T00:00:00Z`,
  };
}

export const PRICING: Service = {
  name: 'pricing',
  protocol: 'json',
  version: '2017-10-15',
  target: 'AWSPriceListService',
  operations: byName([read(GetProducts$, getProducts)]),
};
