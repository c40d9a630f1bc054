/** What an AWS error code means for us. Sources: EC2 API "Error codes", IAM and EKS API "Common errors", botocore's retry rules. */

/** `NoSuchEntityException` and `NoSuchEntity` are one code: SDK v3 names some errors after their class and others after the code on the wire. */
export const normalised = (code: string): string => code.replace(/^Client\./, '').replace(/Exception$/, '');

export const isThrottle = (code: string): boolean =>
  /^(Throttl|RequestLimitExceeded|RequestThrottled|TooManyRequests|SlowDown|PriorRequestNotComplete|EC2Throttled|BandwidthLimitExceeded)/.test(
    code,
  );

/** There is no such thing: of a read, absent; of a delete, done; of anything else, not visible yet. */
export const isNotFound = (code: string): boolean =>
  /^Invalid\w+(\.NotFound|\.Unknown)$/.test(code) ||
  [
    'NatGatewayNotFound',
    'NoSuchEntity',
    'ResourceNotFound',
    'LoadBalancerNotFound',
    'AccessPointNotFound',
    'NoSuchHostedZone',
    'NoSuchResource',
    'NotFound',
  ].includes(code);

/** The credentials are missing or over; signing in again cures it. */
export const isSignedOut = (code: string): boolean =>
  [
    'ExpiredToken',
    'TokenRefreshRequired',
    'CredentialsProviderError',
    'RequestExpired',
    'TokenProviderError',
    'UnauthorizedSSOTokenError',
  ].includes(code);

/** AWS does not know the key in this region at all: a deactivated key, or a region that is not enabled in the account. */
export const isUnknownKey = (code: string, message: string): boolean =>
  ['InvalidClientTokenId', 'UnrecognizedClient', 'OptInRequired', 'SignatureDoesNotMatch', 'InvalidSignature'].includes(code) ||
  (code === 'AuthFailure' && /access credentials/i.test(message));

export const isDenied = (code: string): boolean =>
  ['UnauthorizedOperation', 'AccessDenied', 'AuthFailure', 'NotAuthorized', 'UnauthorizedAccess'].includes(code);

/** It is already there, in use, busy, or something still hangs on it: look again. */
export const isBusy = (code: string): boolean =>
  [
    'DependencyViolation',
    'DeleteConflict',
    'EntityAlreadyExists',
    'AlreadyExists',
    'ResourceInUse',
    'ResourceAlreadyExists',
    'Resource.AlreadyAssociated',
    'Resource.AlreadyAttached',
    'RouteAlreadyExists',
    'RouteTableAlreadyAssociated',
    'InvalidSubnet.Conflict',
    'InvalidGroup.Duplicate',
    'InvalidGroup.InUse',
    'InvalidIPAddress.InUse',
    'InvalidNetworkInterface.InUse',
    'InvalidPermission.Duplicate',
    'VolumeInUse',
    'IncorrectState',
    'InvalidState',
    'Gateway.NotAttached',
    'ConcurrentModification',
    'ConcurrentUpdate',
    'OpenIdIdpCommunicationError',
    'OperationInProgress',
    'PriorRequestNotComplete',
  ].includes(code);

/**
 * A new role that a service cannot assume yet: `InvalidParameterException` with these words for some seconds after CreateRole.
 * They are also the lasting words for a wrong trust policy; that ends when the engine's patience does.
 */
export const isPropagating = (code: string, message: string): boolean =>
  ['InvalidParameter', 'InvalidRequest', 'InvalidParameterValue', 'MalformedPolicyDocument'].includes(code) &&
  /could not be assumed|trusted entity is not correct|Error in role params|Role provided in the request does not exist|Invalid principal in policy|is not authorized to perform: sts:AssumeRole/i.test(
    message,
  );

/** Connecting failed: nothing was sent. */
export const isUnsent = (code: string): boolean =>
  [
    'ENOTFOUND',
    'EAI_AGAIN',
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENETDOWN',
    'CERT_HAS_EXPIRED',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ].includes(code);

/** The connection or the wait for the answer ended after the request may have left. */
export const isLost = (code: string): boolean =>
  ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'TimeoutError', 'AbortError', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code);
