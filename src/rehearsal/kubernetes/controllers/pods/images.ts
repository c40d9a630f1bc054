import { stateFrom } from '../../../random.ts';
import type { World } from '../../../world.ts';

/** What a rehearsed registry answers a pull with. */
export type Pull = { readonly ms: number } | { readonly error: string };

/** Seconds to pull what is large, on a t3.small; everything else takes two to six. */
const LARGE: readonly (readonly [RegExp, number])[] = [
  [/sentry|snuba|clickhouse/, 22],
  [/kafka|zookeeper|spark/, 14],
  [/kaniko|jupyter|mlflow/, 18],
  [/ingress-nginx\/controller|minio|postgres|rabbitmq|argo/, 8],
];

/**
 * How long an image takes, or why it cannot be had. With the fault `image-missing=PART` images whose reference holds that part
 * are not in their registry (containerd's words).
 */
export function pullOf(world: World, image: string): Pull {
  const missing = world.faults.arguments('image-missing').find((part) => image.includes(part));
  if (missing !== undefined || image === '') {
    const whole = fullReference(image);
    return {
      error: `failed to pull and unpack image "${whole}": failed to resolve reference "${whole}": ${whole}: not found`,
    };
  }
  const large = LARGE.find(([pattern]) => pattern.test(image));
  const seconds = large === undefined ? 2 + (stateFrom(image) % 5) : large[1];
  return { ms: seconds * 1000 };
}

/** `nginx` → `docker.io/library/nginx:latest`, as containerd writes references. */
export function fullReference(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const hasHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  const path = hasHost ? image : rest.length === 0 ? `docker.io/library/${image}` : `docker.io/${image}`;
  return /[:@][^/]*$/.test(path) ? path : `${path}:latest`;
}
