import { DecodeAuthorizationMessage$, GetCallerIdentity$ } from '@aws-sdk/client-sts';
import type { DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import { callerId } from './iam/caller.ts';
import { AwsError, byName, read, type Call, type Service } from './service.ts';
import type { World } from './world.ts';

function getCallerIdentity(world: World): GetCallerIdentityResponse {
  return { UserId: callerId(world), Account: world.account, Arn: world.callerArn };
}

/** The message is what `accessDenied` encoded: the action that was refused. */
function decodeAuthorizationMessage(world: World, { input }: Call<DecodeAuthorizationMessageRequest>): DecodeAuthorizationMessageResponse {
  const action = decodedAction(input.EncodedMessage ?? '');
  const principal = { id: callerId(world), name: 'rehearsal', arn: world.callerArn };
  const context = { principal, action, resource: '*', conditions: { items: [] } };
  return {
    DecodedMessage: JSON.stringify({
      allowed: false,
      explicitDeny: false,
      matchedStatements: { items: [] },
      failures: { items: [] },
      context,
    }),
  };
}

function decodedAction(message: string): string {
  try {
    const value: unknown = JSON.parse(Buffer.from(message, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && 'action' in value && typeof value.action === 'string') return value.action;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new AwsError('InvalidAuthorizationMessageException', 'The message is not valid', 400);
}

export const STS: Service = {
  name: 'sts',
  protocol: 'query',
  version: '2011-06-15',
  xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  operations: byName([read(GetCallerIdentity$, getCallerIdentity), read(DecodeAuthorizationMessage$, decodeAuthorizationMessage)]),
};
