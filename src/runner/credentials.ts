import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { SignedOut } from '../core/graph/errors.ts';
import type { Person } from './person.ts';

export interface CredentialsOptions {
  /** The person's choice, else the file's hint; `undefined`: the SDK's default (AWS_PROFILE, environment, `default`). */
  readonly profile: string | undefined;
  readonly region: string;
  /** Whether the chain's own clients (STS for a role, SSO) may use addresses that the environment or the AWS configuration names; else AWS's own. */
  readonly elsewhere: boolean;
  readonly person: Person;
  /** Ends questions and waits. */
  readonly signal: AbortSignal;
}

/** One session's credentials, shared by all clients: asked for once, so that a person types one MFA code a run. */
export interface SessionCredentials {
  readonly provide: AwsCredentialIdentityProvider;
  /** After a sign-in: the next request asks the chain again. */
  forget(): void;
}

/** Milliseconds before their end at which credentials are renewed, as the SDK does it. */
const RENEW_BEFORE = 5 * 60_000;

/**
 * The SDK's chain for `profile`. What it throws becomes SignedOut with words and the next thing to do. Bounded: the
 * instance metadata service gets one second, so that "no credentials" is known within seconds on a desktop.
 */
export function chainCredentials(options: CredentialsOptions): SessionCredentials {
  const { profile, region, elsewhere, person, signal } = options;
  return shared(
    () =>
      fromNodeProviderChain({
        ...(profile === undefined ? {} : { profile }),
        clientConfig: { region, ignoreConfiguredEndpointUrls: !elsewhere },
        timeout: 1_000,
        maxRetries: 0,
        ignoreCache: true,
        mfaCodeProvider: async (serial) => {
          const code = await person.ask('mfaCode', { serial }, signal);
          if (code === undefined)
            throw new SignedOut('No MFA code was given, so there is no session.', {
              code: 'mfa-cancelled',
              next: 'Start again and type the six digits that your device shows.',
            });
          return code;
        },
      }),
    profile,
  );
}

/** Fixed credentials: the rehearsal's. */
export function fixedCredentials(identity: AwsCredentialIdentity): SessionCredentials {
  return { provide: () => Promise.resolve(identity), forget: () => undefined };
}

function shared(chain: () => AwsCredentialIdentityProvider, profile: string | undefined): SessionCredentials {
  let known: AwsCredentialIdentity | undefined;
  let asking: Promise<AwsCredentialIdentity> | undefined;
  const ask = async (): Promise<AwsCredentialIdentity> => {
    try {
      known = await chain()();
      return known;
    } catch (error) {
      throw signedOut(error, profile);
    } finally {
      asking = undefined;
    }
  };
  return {
    provide: () => {
      const fresh = known !== undefined && (known.expiration === undefined || known.expiration.getTime() - Date.now() > RENEW_BEFORE);
      return fresh && known !== undefined ? Promise.resolve(known) : (asking ??= ask());
    },
    forget: () => {
      known = undefined;
    },
  };
}

/** The chain's errors in words. Its own messages name files and environment variables, never a secret; they stay the cause. */
export function signedOut(error: unknown, profile: string | undefined): SignedOut {
  if (error instanceof SignedOut) return error;
  const text = error instanceof Error ? error.message : String(error);
  const named = profile === undefined ? '' : ` for profile ${profile}`;
  if (/\bSSO\b/i.test(text)) {
    return new SignedOut(`The SSO session${named} has expired or was never begun.`, {
      code: 'sso-expired',
      next: `Run: ${loginCommand(profile)}`,
      cause: error,
    });
  }
  if (/multi-factor|MultiFactor|MFA/i.test(text)) {
    return new SignedOut(`AWS did not accept the MFA code${named}.`, {
      code: 'mfa-refused',
      next: 'Wait for the next six digits and start again.',
      cause: error,
    });
  }
  if (profile !== undefined && /could not (resolve|be found)|not found|Could not load/i.test(text)) {
    return new SignedOut(`There are no credentials for profile ${profile}.`, {
      code: 'no-credentials',
      next: `Run aws configure --profile ${profile}, or choose another with --profile.`,
      cause: error,
    });
  }
  return new SignedOut(`There are no AWS credentials${named}.`, {
    code: 'no-credentials',
    next: 'Sign in with aws configure or aws sso login, or name a profile with --profile.',
    cause: error,
  });
}

/** What signs in to SSO, also from a remote machine whose 127.0.0.1 no browser reaches (aws/aws-cli#9098). */
export function loginCommand(profile: string | undefined): string {
  return `aws sso login --use-device-code${profile === undefined ? '' : ` --profile ${profile}`}`;
}
