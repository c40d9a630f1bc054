import type { SignatureFlaw } from './sigv4.ts';
import { AwsError, type Protocol, type Service } from './service.ts';

/**
 * What every AWS service says before an operation is even looked at, in the dialect of its protocol
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the “Common Errors” page of each API).
 */

interface Dialect {
  readonly code: string;
  readonly status: number;
}

function dialect(protocol: Protocol, ec2: Dialect, query: Dialect, json: Dialect): Dialect {
  if (protocol === 'ec2Query') return ec2;
  return protocol === 'query' || protocol === 'restXml' ? query : json;
}

function refuse({ code, status }: Dialect, message: string): AwsError {
  return new AwsError(code, message, status);
}

const INVALID_TOKEN = 'The security token included in the request is invalid.';

export function signatureRefusal(protocol: Protocol, flaw: SignatureFlaw): AwsError {
  switch (flaw) {
    case 'missing':
      return new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
    case 'incomplete': {
      const said = dialect(
        protocol,
        { code: 'AuthFailure', status: 403 },
        { code: 'IncompleteSignature', status: 403 },
        { code: 'IncompleteSignatureException', status: 403 },
      );
      return refuse(said, 'The request signature does not conform to AWS standards.');
    }
    case 'unknownKey':
      return unknownCredentials(protocol);
    case 'expired': {
      const said = dialect(
        protocol,
        { code: 'RequestExpired', status: 403 },
        { code: 'SignatureDoesNotMatch', status: 403 },
        { code: 'InvalidSignatureException', status: 403 },
      );
      return refuse(said, protocol === 'ec2Query' ? 'Request has expired.' : 'Signature expired: the request is dated too far from now.');
    }
    case 'mismatch': {
      const said = dialect(
        protocol,
        { code: 'SignatureDoesNotMatch', status: 403 },
        { code: 'SignatureDoesNotMatch', status: 403 },
        { code: 'InvalidSignatureException', status: 403 },
      );
      return refuse(
        said,
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      );
    }
  }
}

/** Also what a region says that is not enabled in the account. */
export function unknownCredentials(protocol: Protocol): AwsError {
  const said = dialect(
    protocol,
    { code: 'AuthFailure', status: 403 },
    { code: 'InvalidClientTokenId', status: 403 },
    { code: 'UnrecognizedClientException', status: 403 },
  );
  return refuse(said, protocol === 'ec2Query' ? 'AWS was not able to validate the provided access credentials' : INVALID_TOKEN);
}

export function expiredCredentials(protocol: Protocol): AwsError {
  const said = dialect(
    protocol,
    { code: 'RequestExpired', status: 400 },
    { code: 'ExpiredToken', status: 403 },
    { code: 'ExpiredTokenException', status: 403 },
  );
  return refuse(said, protocol === 'ec2Query' ? 'Request has expired.' : 'The security token included in the request is expired');
}

export function throttled(protocol: Protocol): AwsError {
  const said = dialect(
    protocol,
    { code: 'RequestLimitExceeded', status: 503 },
    { code: 'Throttling', status: 400 },
    { code: 'ThrottlingException', status: 429 },
  );
  return refuse(said, protocol === 'ec2Query' ? 'Request limit exceeded.' : 'Rate exceeded');
}

export function serverError(service: Service): AwsError {
  if (service.name === 'eks') return new AwsError('ServerException', 'An internal error has occurred', 500);
  if (service.name === 'iam')
    return new AwsError('ServiceFailure', 'The request processing has failed because of an unknown error, exception or failure.', 500);
  const said = dialect(
    service.protocol,
    { code: 'InternalError', status: 500 },
    { code: 'InternalFailure', status: 500 },
    { code: 'InternalFailure', status: 500 },
  );
  return refuse(said, 'An internal error has occurred');
}

/** @param action as IAM names it: `ec2:CreateVpc` */
export function accessDenied(protocol: Protocol, callerArn: string, action: string, encoded: string): AwsError {
  const text = `User: ${callerArn} is not authorized to perform: ${action} on resource: * because no identity-based policy allows the ${action} action`;
  if (protocol === 'ec2Query') {
    return new AwsError(
      'UnauthorizedOperation',
      `You are not authorized to perform this operation. ${text}. Encoded authorization failure message: ${encoded}`,
      403,
    );
  }
  const said = dialect(
    protocol,
    { code: 'UnauthorizedOperation', status: 403 },
    { code: 'AccessDenied', status: 403 },
    { code: 'AccessDeniedException', status: 403 },
  );
  return refuse(said, text);
}
