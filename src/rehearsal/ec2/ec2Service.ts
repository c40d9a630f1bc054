import { byName, type Service } from '../service.ts';
import { ADDRESS_OPERATIONS } from './addresses.ts';
import { INSTANCE_OPERATIONS } from './instances.ts';
import { INTERNET_GATEWAY_OPERATIONS } from './internetGateways.ts';
import { NAT_GATEWAY_OPERATIONS } from './natGateways.ts';
import { NETWORK_INTERFACE_OPERATIONS } from './networkInterfaces.ts';
import { REGION_OPERATIONS } from './region.ts';
import { ROUTE_TABLE_OPERATIONS } from './routeTables.ts';
import { SECURITY_GROUP_OPERATIONS } from './securityGroups.ts';
import { SUBNET_OPERATIONS } from './subnets.ts';
import { TAG_OPERATIONS } from './tags.ts';
import { VPC_ENDPOINT_OPERATIONS } from './vpcEndpoints.ts';
import { VPC_OPERATIONS } from './vpcs.ts';

export const EC2: Service = {
  name: 'ec2',
  protocol: 'ec2Query',
  version: '2016-11-15',
  operations: byName([
    ...VPC_OPERATIONS,
    ...SUBNET_OPERATIONS,
    ...INTERNET_GATEWAY_OPERATIONS,
    ...ROUTE_TABLE_OPERATIONS,
    ...ADDRESS_OPERATIONS,
    ...NAT_GATEWAY_OPERATIONS,
    ...SECURITY_GROUP_OPERATIONS,
    ...NETWORK_INTERFACE_OPERATIONS,
    ...VPC_ENDPOINT_OPERATIONS,
    ...TAG_OPERATIONS,
    ...INSTANCE_OPERATIONS,
    ...REGION_OPERATIONS,
  ]),
};
