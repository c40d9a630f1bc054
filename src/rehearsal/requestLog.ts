import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export const REQUESTS_FILE = 'requests.jsonl';

export interface LoggedRequest {
  /** AWS's signing name of the service, `kubernetes`, or `s3` for what goes to MinIO through a port-forward. */
  readonly service: string;
  /** `CreateVpc`; for Kubernetes verb and resource, `patch storageclasses`; for MinIO `put bucket`. */
  readonly operation: string;
  /** `false` for reads, EC2 DryRun, `dryRun=All`, reviews, Simulate*. */
  readonly mutating: boolean;
  /** HTTP status of the answer. */
  readonly status: number;
}

/** `requests.jsonl` in the world's folder: what was asked, never a body. “A second run writes nothing” is counted here. */
export class RequestLog {
  readonly #file: string;
  readonly #wall: () => number;

  constructor(folder: string, wall: () => number) {
    this.#file = join(folder, REQUESTS_FILE);
    this.#wall = wall;
  }

  append(request: LoggedRequest): void {
    const { service, operation, mutating, status } = request;
    const line = JSON.stringify({ time: new Date(this.#wall()).toISOString(), service, operation, mutating, status });
    appendFileSync(this.#file, `${line}\n`, { mode: 0o600 });
  }
}
