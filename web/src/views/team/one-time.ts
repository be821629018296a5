/** The link that accepts an invitation. The token is behind the `#`, so no server and no log gets it. */
export function invitationLink(origin: string, token: string): string {
  return oneTimeLink(origin, "accept", token);
}

/** The link that sets a new password. */
export function resetLink(origin: string, token: string): string {
  return oneTimeLink(origin, "reset", token);
}

function oneTimeLink(origin: string, page: string, token: string): string {
  return `${origin}/app/#/${page}?${new URLSearchParams({ token })}`;
}
