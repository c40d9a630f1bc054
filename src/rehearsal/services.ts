import { AUTO_SCALING } from './autoScaling.ts';
import { EC2 } from './ec2/ec2Service.ts';
import { EKS } from './eks/eksService.ts';
import { ELB } from './elb/elbService.ts';
import { ELB_V2 } from './elb/elbV2Service.ts';
import { IAM } from './iam/iamService.ts';
import { PRICING } from './pricing.ts';
import { ROUTE53 } from './route53.ts';
import { S3 } from './s3.ts';
import type { Service } from './service.ts';
import { SERVICE_QUOTAS } from './serviceQuotas.ts';
import { STS } from './stsService.ts';

/** Everything the rehearsed account answers to. */
export const SERVICES: readonly Service[] = [EC2, EKS, IAM, STS, ELB, ELB_V2, ROUTE53, SERVICE_QUOTAS, PRICING, AUTO_SCALING, S3];
