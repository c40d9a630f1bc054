/** What tells why an object is not ready: other objects of its namespace, as the server sent them. All of it may be incomplete. */
export interface Evidence {
  readonly pods: readonly object[];
  readonly events: readonly object[];
  readonly claims: readonly object[];
  readonly nodes: readonly object[];
  readonly storageClasses: readonly object[];
  /** CertificateRequests, Orders and Challenges of cert-manager. */
  readonly certificates: readonly object[];
}

export const NO_EVIDENCE: Evidence = { pods: [], events: [], claims: [], nodes: [], storageClasses: [], certificates: [] };
