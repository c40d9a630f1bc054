import type { ResourceType } from '@aws-sdk/client-ec2';
import type { Aws } from '../aws.ts';
import { tagList, type Tags } from '../tags.ts';

/** An `aws ec2` line as a person would type it, in the platform's region. */
export function ec2Line({ region }: Pick<Aws, 'region'>, operation: string, ...words: readonly string[]): readonly string[] {
  return ['aws', 'ec2', operation, ...words, '--region', region];
}

/** The tags of a line that makes something: without them it would be foreign to Slipway. */
export function tagWords(type: ResourceType, tags: Tags): readonly string[] {
  return ['--tag-specifications', JSON.stringify([{ ResourceType: type, Tags: tagList(tags) }])];
}

/** The line answers the id alone (a JMESPath of its answer), which then stands for a placeholder of the lines below it. */
export function answering(path: string): readonly string[] {
  return ['--query', path, '--output', 'text'];
}

/** A value in a line; one that nobody stands for stays visible. */
export const word = (value: string | undefined): string => value ?? '<UNKNOWN>';
