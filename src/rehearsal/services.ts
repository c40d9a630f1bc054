import { EC2 } from './ec2/ec2Service.ts';
import { EKS } from './eks/eksService.ts';
import { IAM } from './iam/iamService.ts';
import type { Service } from './service.ts';
import { STS } from './stsService.ts';

/** Everything the rehearsed account answers to. */
export const SERVICES: readonly Service[] = [EC2, EKS, IAM, STS];
