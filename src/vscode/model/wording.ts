/** AWS's own month for hourly prices: 730 hours. */
const HOURS_A_MONTH = 730;

/** `40 s`, `26 min`, `1 h 5 min`: as a person would say it. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** `4 of ≈9 min`, in one unit where both fit it. */
export function elapsedOf(elapsed: number, expected: number | undefined): string {
  if (expected === undefined) return duration(elapsed);
  return expected >= 60 && expected < 3600
    ? `${Math.floor(elapsed / 60)} of ≈${duration(expected)}`
    : `${duration(elapsed)} of ≈${duration(expected)}`;
}

/** `$73`, `$0.24`: cents only where they matter. */
export function dollars(amount: number): string {
  return amount >= 10 || amount === 0 ? `$${Math.round(amount)}` : `$${amount.toFixed(2)}`;
}

export function monthly(amount: number): string {
  return `${dollars(amount)}/mo`;
}

/** What stands now, by the hour: a month is too far away for somebody who left it standing by mistake. */
export function hourly(monthlyAmount: number): string {
  return `$${(monthlyAmount / HOURS_A_MONTH).toFixed(2)}/h`;
}

/** `14:02` of today, else `21 Nov 14:02`, in the person's own time zone. */
export function clockTime(iso: string, now: number): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return 'an unknown time';
  const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const sameDay = new Date(now).toDateString() === at.toDateString();
  return sameDay ? time : `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}

/** `1 change`, `2 changes`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `1234…9012`: enough to recognise an account by, short enough for a row. */
export function shortAccount(account: string): string {
  return account.length === 12 ? `${account.slice(0, 4)}…${account.slice(-4)}` : account;
}

/** The name in an ARN that a person knows: the role of a session, the user, `root`. */
export function shortIdentity(identity: string): string {
  const resource = identity.split(':').slice(5).join(':') || identity;
  const parts = resource.split('/');
  return (parts[0] === 'assumed-role' ? parts[1] : parts.at(-1)) ?? identity;
}
