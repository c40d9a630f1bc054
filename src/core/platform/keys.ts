import type { Mapping, Written } from './shapes.ts';

const twoZones = 'EKS needs subnets in at least two zones.';

const cidrList = {
  type: 'list',
  minimum: 2,
  maximum: 6,
  why: twoZones,
  items: { type: 'text', format: 'cidr', description: 'A block of IPv4 addresses, at least /28.' },
} as const;

const path = { type: 'text', format: 'path' } as const;

/** Every key that `platform.yml` may have, with its meaning and default. The defaults are the runbook's. */
export const platformKeys = {
  type: 'mapping',
  description: 'A platform on Amazon EKS, as Slipway brings it up.',
  required: ['name', 'region'],
  keys: {
    name: {
      type: 'text',
      format: 'clusterName',
      description: 'Name of the platform and of its EKS cluster. Another name is another platform.',
    },
    id: {
      type: 'text',
      format: 'platformId',
      description: 'Tells two platforms of one name apart; it is part of the tag slipway:platform. Another id is another platform.',
    },
    region: { type: 'text', format: 'region', description: 'AWS region, for example us-west-2. Another region is another platform.' },
    account: {
      type: 'text',
      format: 'account',
      description: 'The AWS account, twelve digits in quotes. Nothing is written in any other; needed for unattended runs.',
    },
    profile: { type: 'text', format: 'profile', description: 'AWS profile to propose. The choice of the person who runs it wins.' },
    domain: { type: 'text', format: 'domain', description: 'Public domain of the platform. Without it there is neither DNS nor TLS.' },
    tags: {
      type: 'entries',
      names: 'tagKey',
      maximum: 40,
      values: { type: 'text', format: 'tagValue', description: 'Value of the tag.' },
      description: 'Tags on everything that can carry tags.',
    },
    iam: {
      type: 'mapping',
      description: 'Rules for the IAM roles that are made.',
      keys: { permissionsBoundary: { type: 'text', format: 'policyArn', description: 'ARN of the IAM policy that bounds every role.' } },
    },
    network: {
      type: 'mapping',
      description: 'The VPC and its subnets.',
      keys: {
        cidr: {
          type: 'text',
          format: 'cidr',
          default: '10.0.0.0/16',
          description: 'Addresses of the VPC, /16 to /28. It cannot be changed in place.',
        },
        zones: {
          type: 'either',
          one: { type: 'whole', minimum: 2, maximum: 6, default: 2, why: twoZones, description: 'How many zones to choose.' },
          other: {
            type: 'list',
            minimum: 2,
            maximum: 6,
            why: twoZones,
            items: { type: 'text', format: 'zoneId', description: 'Id of a zone, for example usw2-az1.' },
            description: 'The zones, by id. The i-th public and the i-th private subnet lie in the i-th.',
          },
          description:
            'How many availability zones to choose (2 if not written), or their ids. The i-th public and the i-th private subnet lie in the i-th.',
        },
        natGateways: {
          type: 'choice',
          of: ['perZone', 'single'],
          default: 'perZone',
          description: 'One NAT gateway in each zone, or a single one: cheaper, and gone when its zone is.',
        },
        s3Endpoint: {
          type: 'flag',
          default: false,
          description: 'A gateway endpoint for S3: free, and spares S3 traffic the price of the NAT gateways.',
        },
        public: {
          ...cidrList,
          description: 'Public subnets, one in each zone. If not written: the first /20 block of each zone’s share of the VPC.',
        },
        private: {
          ...cidrList,
          description: 'Private subnets, one in each zone. If not written: the second /20 block of each zone’s share of the VPC.',
        },
      },
    },
    cluster: {
      type: 'mapping',
      description: 'The EKS cluster.',
      keys: {
        version: {
          type: 'text',
          format: 'kubernetesVersion',
          default: 'latest',
          description: 'Kubernetes version in quotes, or latest: the newest in standard support, chosen once.',
        },
        endpoint: {
          type: 'mapping',
          description: 'Where the Kubernetes API can be reached from.',
          keys: {
            public: { type: 'flag', default: true, description: 'From the Internet, within publicCidrs.' },
            private: { type: 'flag', default: true, description: 'From inside the VPC.' },
            publicCidrs: {
              type: 'list',
              minimum: 1,
              maximum: 40,
              default: ['0.0.0.0/0'],
              items: { type: 'text', format: 'cidr', description: 'A block of public IPv4 addresses.' },
              description: 'Addresses that may reach the public endpoint.',
            },
          },
        },
        admins: {
          type: 'list',
          minimum: 0,
          maximum: 100,
          default: [],
          items: { type: 'text', format: 'principalArn', description: 'ARN of an IAM role or user.' },
          description: 'IAM roles and users that administer the cluster, besides the one that creates it.',
        },
        addons: {
          type: 'entries',
          names: 'addonName',
          maximum: 50,
          values: {
            type: 'mapping',
            description: 'One EKS add-on.',
            keys: {
              version: {
                type: 'text',
                format: 'addonVersion',
                description: 'Version. If not written: the default one for the cluster’s version, chosen once.',
              },
              configuration: { type: 'anything', description: 'Configuration values of the add-on, passed on as written.' },
            },
          },
          description: 'EKS add-ons by name: versions and configuration that differ from the defaults, and further ones.',
        },
      },
    },
    compute: {
      type: 'mapping',
      description: 'The managed node group. It lies in the private subnets only.',
      keys: {
        instanceTypes: {
          type: 'list',
          minimum: 1,
          maximum: 20,
          default: ['t3.small'],
          items: { type: 'text', format: 'instanceType', description: 'An EC2 instance type.' },
          description: 'Instance types; with spot capacity, several of one size are interrupted less.',
        },
        capacity: { type: 'choice', of: ['spot', 'onDemand'], default: 'spot', description: 'Spot instances, or on demand.' },
        min: {
          type: 'whole',
          minimum: 0,
          maximum: 450,
          default: 12,
          description: 'Fewest nodes. If not written: 12, or fewer where desired or max are smaller.',
        },
        desired: {
          type: 'whole',
          minimum: 0,
          maximum: 450,
          default: 14,
          description: 'Nodes wanted. If not written: 14 within min and max at creation, and then left to autoscalers.',
        },
        max: {
          type: 'whole',
          minimum: 1,
          maximum: 450,
          default: 16,
          description: 'Most nodes. If not written: 16, or more where min or desired are larger.',
        },
      },
    },
    tls: {
      type: 'mapping',
      description: 'Certificates from an ACME issuer.',
      keys: {
        email: { type: 'text', format: 'email', description: 'E-mail address of the ACME account; replaces that of the manifests.' },
        issuer: {
          type: 'text',
          format: 'objectName',
          default: 'letsencrypt-prod',
          description: 'The ClusterIssuer that must be ready; the others come after it and may fail.',
        },
      },
    },
    minio: {
      type: 'mapping',
      description: 'The object store.',
      keys: {
        endpoint: {
          type: 'text',
          format: 'httpsAddress',
          description:
            'Where S3 answers from this machine once the store is ready. Without it buckets are asked for through a port-forward.',
        },
      },
    },
    manifests: { ...path, description: 'Folder with the platform’s manifests and charts, relative to this file and inside its folder.' },
    stages: {
      type: 'entries',
      names: 'stageId',
      maximum: 100,
      values: {
        type: 'mapping',
        description: 'One stage: what differs from the runbook, or a stage of your own.',
        keys: {
          enabled: { type: 'flag', default: true, description: 'Whether the platform has this stage.' },
          title: { type: 'text', format: 'title', description: 'What the stage is called.' },
          requires: {
            type: 'list',
            minimum: 0,
            maximum: 50,
            items: { type: 'text', format: 'stageId', description: 'Id of a stage.' },
            description: 'Stages that come before it.',
          },
          manifests: { ...path, description: 'File or folder of manifests, relative to the platform’s manifests.' },
          chart: { ...path, description: 'Helm chart: a folder relative to the platform’s manifests, or oci:// or https://.' },
          values: {
            type: 'list',
            minimum: 0,
            maximum: 20,
            items: { ...path, description: 'A file of Helm values, relative to the platform’s manifests.' },
            description: 'Files of Helm values; later ones win.',
          },
          namespace: { type: 'text', format: 'namespace', description: 'Namespace of the Helm release.' },
        },
      },
      description: 'Stages that differ from the runbook, and stages of your own, by id.',
    },
  },
} as const satisfies Mapping;

/** `platform.yml` as far as it is well formed. */
export type WrittenPlatform = Written<typeof platformKeys>;
