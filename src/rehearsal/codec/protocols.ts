import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError, type Operation, type Protocol, type Service } from '../service.ts';
import { jsonMembers, parseJson, readJsonMembers } from './json.ts';
import { readQueryInput } from './queryInput.ts';
import { readRestInput, Routes, writeRestAnswer } from './rest.ts';
import { inputOf, outputOf } from './shape.ts';
import { element, escapeXml, xmlMembers } from './xml.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** One service's wire: which operation a request asks for, with which input, and how answers and refusals look. */
export class ServiceWire {
  readonly service: Service;
  readonly #routes: Routes | undefined;

  constructor(service: Service) {
    this.service = service;
    this.#routes = service.protocol === 'restJson' || service.protocol === 'restXml' ? new Routes(service) : undefined;
  }

  /** The operation, and a function that reads its input (so that a refusal of the input can be logged under its name). @throws AwsError */
  open(request: WireRequest): { readonly operation: Operation; readonly input: () => Record<string, unknown> } {
    const { service } = this;
    if (this.#routes !== undefined) {
      const { operation, labels } = this.#routes.find(request);
      return { operation, input: () => readRestInput(service, operation, request, labels) };
    }
    if (service.protocol === 'json') {
      const name = (request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
      const operation = own(service.operations, name);
      if (operation === undefined) throw new AwsError('UnknownOperationException', '');
      return { operation, input: () => readJsonMembers('json', inputOf(operation.schema), parseJson(request.body.toString('utf8'))) };
    }
    const { protocol } = service;
    const form = formOf(request);
    const name = form.get('Action') ?? '';
    const operation = own(service.operations, name);
    if (operation === undefined) {
      throw new AwsError('InvalidAction', `The action ${name} is not valid for this web service.`);
    }
    return { operation, input: () => readQueryInput(protocol === 'ec2Query' ? 'ec2Query' : 'query', inputOf(operation.schema), form) };
  }

  answer(operation: Operation, output: object, requestId: string): WireAnswer {
    const { service } = this;
    const name = operation.schema[2];
    const shape = outputOf(operation.schema);
    switch (service.protocol) {
      case 'ec2Query': {
        const inner = element('requestId', requestId) + xmlMembers(shape, output);
        return xml(200, `<${name}Response xmlns="http://ec2.amazonaws.com/doc/${service.version}/">${inner}</${name}Response>`, requestId);
      }
      case 'query': {
        const result = shape.isUnitSchema() ? '' : element(`${name}Result`, xmlMembers(shape, output));
        const inner = result + element('ResponseMetadata', element('RequestId', requestId));
        return xml(200, `<${name}Response xmlns="${escapeXml(service.xmlNamespace ?? '')}">${inner}</${name}Response>`, requestId);
      }
      case 'json': {
        const body = JSON.stringify(jsonMembers(shape, output));
        return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId }, body };
      }
      case 'restJson':
      case 'restXml': {
        const rest = writeRestAnswer(service, operation, output);
        return { ...rest, headers: { ...rest.headers, [requestIdHeader(service.protocol)]: requestId } };
      }
    }
  }

  refusal(error: AwsError, requestId: string): WireAnswer {
    const { service } = this;
    const schema = service.errors?.find((each) => each[2] === error.code || queryCode(each) === error.code);
    const shape = schema === undefined ? undefined : NormalizedSchema.of(schema);
    const known = shape?.getMergedTraits().httpError;
    const status = typeof known === 'number' ? known : error.status;
    switch (service.protocol) {
      case 'ec2Query': {
        const inner = element('Code', escapeXml(error.code)) + element('Message', escapeXml(error.message));
        const body = `<Response>${element('Errors', element('Error', inner))}${element('RequestID', requestId)}</Response>`;
        return xml(status, body, requestId);
      }
      case 'query':
      case 'restXml':
        return xml(status, errorResponse(service, error, status, requestId), requestId, requestIdHeader(service.protocol));
      case 'json':
      case 'restJson': {
        const members = shape === undefined ? error.members : jsonMembers(shape, error.members);
        const rest = service.protocol === 'restJson';
        const body = JSON.stringify({ ...(rest ? {} : { __type: error.code }), message: error.message, ...members });
        return {
          status,
          headers: {
            'content-type': rest ? 'application/json' : 'application/x-amz-json-1.1',
            'x-amzn-requestid': requestId,
            'x-amzn-errortype': error.code,
          },
          body,
        };
      }
    }
  }
}

/** The parameters of a Query request: from the form, or, for a GET (presigned), from the query string. */
export function formOf(request: WireRequest): URLSearchParams {
  const form = new URLSearchParams(request.method === 'GET' ? request.query : request.body.toString('utf8'));
  for (const name of [...form.keys()]) if (/^x-amz-/i.test(name)) form.delete(name);
  return form;
}

function own(operations: Readonly<Record<string, Operation>>, name: string): Operation | undefined {
  return Object.hasOwn(operations, name) ? operations[name] : undefined;
}

function queryCode(schema: NonNullable<Service['errors']>[number]): string | undefined {
  const traits = NormalizedSchema.of(schema).getMergedTraits();
  return Array.isArray(traits.awsQueryError) && typeof traits.awsQueryError[0] === 'string' ? traits.awsQueryError[0] : undefined;
}

function requestIdHeader(protocol: Protocol): string {
  return protocol === 'restXml' ? 'x-amz-request-id' : 'x-amzn-requestid';
}

function errorResponse(service: Service, error: AwsError, status: number, requestId: string): string {
  const code = element('Code', escapeXml(error.code)) + element('Message', escapeXml(error.message));
  if (service.name === 's3') return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${code}${element('RequestId', requestId)}</Error>`;
  const inner = element('Error', element('Type', status >= 500 ? 'Receiver' : 'Sender') + code) + element('RequestId', requestId);
  return `<ErrorResponse xmlns="${escapeXml(service.xmlNamespace ?? '')}">${inner}</ErrorResponse>`;
}

function xml(status: number, body: string, requestId: string, header = 'x-amzn-requestid'): WireAnswer {
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8', [header]: requestId }, body };
}
