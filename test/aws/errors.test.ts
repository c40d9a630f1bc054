import assert from 'node:assert/strict';
import { wordsFor } from '../../src/core/status/sentences.ts';
import { AnswerLost, NotYet, Refused, SignedOut, Unseen } from '../../src/core/graph/errors.ts';
import { read, remove, write } from '../../src/aws/errors.ts';
import { awsError, scriptedAws } from './scriptedAws.ts';

const signal = new AbortController().signal;
const { aws } = scriptedAws({});
const failing = (error: Error) => (): Promise<never> => Promise.reject(error);
const lost = (code: string): Error => Object.assign(new Error(`socket: ${code}`), { code });

describe('errors of AWS', () => {
  const writes: readonly (readonly [string, Error, new (...args: never[]) => Error])[] = [
    ['throttling is surely not done', awsError('RequestLimitExceeded', 'Request limit exceeded.', 503), NotYet],
    ['what we made is not shown yet', awsError('InvalidVpcID.NotFound', "The vpc ID 'vpc-1' does not exist"), NotYet],
    ['a NAT gateway is not shown yet', awsError('NatGatewayNotFound'), NotYet],
    ['something still hangs on it', awsError('DependencyViolation', 'has dependencies and cannot be deleted'), NotYet],
    ['it is there already', awsError('EntityAlreadyExistsException'), NotYet],
    ['a cluster of that name is there', awsError('ResourceInUseException', 'Cluster already exists with name: cauchy', 409), NotYet],
    [
      'a new role is not known yet',
      awsError(
        'InvalidParameterException',
        'Role with arn: arn:… could not be assumed because it does not exist or the trusted entity is not correct',
      ),
      NotYet,
    ],
    ['nothing was sent', lost('ECONNREFUSED'), NotYet],
    ['the connection broke', lost('ECONNRESET'), AnswerLost],
    ['no answer came in time', Object.assign(new Error('timeout'), { name: 'TimeoutError' }), AnswerLost],
    ['AWS broke while it did it', awsError('InternalError', 'An internal error has occurred', 500), AnswerLost],
    ['the quota is used up', awsError('AddressLimitExceeded', 'The maximum number of addresses has been reached.'), Refused],
    ['another parameter is wrong', awsError('InvalidParameterException', 'The subnet ID is malformed'), Refused],
    ['the session is over', awsError('ExpiredToken', 'The security token included in the request is expired', 403), SignedOut],
    [
      'there are no credentials',
      Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' }),
      SignedOut,
    ],
    ['the region is off', awsError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403), Refused],
    ['EC2 of a region that is off', awsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401), Refused],
  ];
  for (const [title, error, type] of writes) {
    it(`write: ${title}: ${type.name}`, async () => {
      const thrown = await write(aws, { signal }, failing(error)).catch((reason: unknown) => reason);
      assert.ok(thrown instanceof type, String(thrown));
      assert.equal(thrown.cause, error, 'the cause is kept');
    });
  }

  it('keeps AWS’s own words of a quota, with the code that the sentence catalogue goes by', async () => {
    await assert.rejects(write(aws, { signal }, failing(awsError('VpcLimitExceeded'))), {
      name: 'Refused',
      message: 'VpcLimitExceeded',
      code: 'VpcLimitExceeded',
      requestId: 'canary-request',
    });
    assert.match(wordsFor('VpcLimitExceeded')?.next ?? '', /higher quota/);
  });

  it('names the denied action for the sentence', async () => {
    const said = 'User: arn:aws:iam::123456789012:user/ada is not authorized to perform: eks:CreateAddon on resource: *';
    await assert.rejects(write(aws, { signal }, failing(awsError('AccessDeniedException', said))), {
      name: 'Refused',
      detail: 'eks:CreateAddon',
    });
  });

  it('waits for a new role under each of the words that EKS has for it', async () => {
    for (const words of [
      'Role with arn: arn:x could not be assumed',
      'the trusted entity is not correct',
      'Error in role params',
      'Role provided in the request does not exist.',
    ]) {
      await assert.rejects(write(aws, { signal }, failing(awsError('InvalidParameterException', words))), NotYet);
    }
  });

  it('asks whether the region is enabled, and does not call it a missing permission', async () => {
    for (const error of [
      awsError('UnrecognizedClientException', 'invalid', 403),
      awsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401),
      awsError('OptInRequired', 'no', 403),
    ]) {
      await assert.rejects(write(aws, { signal }, failing(error)), {
        name: 'Refused',
        message: /us-west-2: the region is not enabled in this account/,
      });
      await assert.rejects(read(aws, { signal }, failing(error)), {
        name: 'Unseen',
        message: /us-west-2: the region is not enabled in this account/,
      });
    }
  });

  it('reads what is not there as nothing, under both spellings of a code', async () => {
    for (const code of ['NoSuchEntity', 'NoSuchEntityException', 'ResourceNotFoundException', 'InvalidVpcID.NotFound']) {
      assert.equal(await read(aws, { signal }, failing(awsError(code))), undefined);
    }
  });

  it('never takes a failed read for absence', async () => {
    for (const error of [
      awsError('UnauthorizedOperation', 'no', 403),
      awsError('InternalError', 'broken', 500),
      awsError('ThrottlingException', 'slow', 400),
      lost('ENOTFOUND'),
      lost('ECONNRESET'),
    ]) {
      await assert.rejects(read(aws, { signal }, failing(error)), Unseen);
    }
    await assert.rejects(read(aws, { signal }, failing(awsError('ExpiredTokenException'))), SignedOut);
  });

  it('says so when one of our own programs is wrong, instead of calling it the network', async () => {
    const defect = new TypeError('x is not a function');
    await assert.rejects(read(aws, { signal }, failing(defect)), defect);
    await assert.rejects(write(aws, { signal }, failing(defect)), defect);
  });

  it('takes what is gone already as deleted', async () => {
    await remove(aws, { signal }, failing(awsError('InvalidSubnetID.NotFound')));
    await assert.rejects(remove(aws, { signal }, failing(awsError('DependencyViolation'))), NotYet);
  });

  it('decodes why EC2 refused, where the caller may, and else keeps AWS’s words without the blob', async () => {
    const refusal = awsError(
      'UnauthorizedOperation',
      'You are not authorized to perform this operation. Encoded authorization failure message: canary-blob',
      403,
    );
    const DecodedMessage = JSON.stringify({
      allowed: false,
      explicitDeny: false,
      context: {
        action: 'ec2:CreateVpc',
        resource: 'arn:aws:ec2:us-west-2:123456789012:vpc/*',
        principal: { arn: 'arn:aws:iam::123456789012:user/ada' },
      },
    });
    const may = scriptedAws({
      DecodeAuthorizationMessage: (input) => (assert.equal(input['EncodedMessage'], 'canary-blob'), { DecodedMessage }),
    });
    await assert.rejects(write(may.aws, { signal }, failing(refusal)), {
      name: 'Refused',
      message:
        'arn:aws:iam::123456789012:user/ada may not do ec2:CreateVpc on arn:aws:ec2:us-west-2:123456789012:vpc/*: no policy allows it',
    });
    const mayNot = scriptedAws({
      DecodeAuthorizationMessage: () => {
        throw awsError('AccessDenied', 'no', 403);
      },
    });
    await assert.rejects(write(mayNot.aws, { signal }, failing(refusal)), {
      name: 'Refused',
      message: 'You are not authorized to perform this operation.',
    });
  });
});
