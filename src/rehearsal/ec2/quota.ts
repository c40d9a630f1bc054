/** What a new account may have in one region (`domain-facts.md` A): the refusals here and the Service Quotas API agree on it. */
export const QUOTA = {
  vpcs: 5,
  internetGateways: 5,
  addresses: 5,
  natGatewaysPerZone: 5,
  subnetsPerVpc: 200,
  routeTablesPerVpc: 200,
  securityGroups: 2500,
} as const;
