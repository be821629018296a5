import { signal } from "@preact/signals";
import { ApiProblem } from "./problem";
import type { components } from "./schema";
import { exchange } from "./transport";

export type SignedIn = components["schemas"]["SignedIn"];
export type User = components["schemas"]["User"];

/** Whether somebody is signed in. `ended`: the session ended while the page was in use. */
export type Session =
  | { kind: "unknown" }
  | { kind: "signed-out" }
  | { kind: "signed-in"; user: User }
  | { kind: "ended"; user: User };

export const session = signal<Session>({ kind: "unknown" });

interface AccessToken {
  text: string;
  /** On the clock of `performance.now()`, which no wrong date disturbs. */
  expires: number;
}

let token: AccessToken | null = null;

/** A token is renewed so long before it expires. */
const RENEWAL = 60_000;
/** Remembers that this browser has a session, so that a first visit asks for none. */
const HINT = "hop.session";
/** Only one tab at a time uses the refresh token. */
const LOCK = "hop.refresh";

/** What tabs tell each other. */
type Message = { kind: "signed-in"; answer: SignedIn } | { kind: "signed-out" };

const channel = new BroadcastChannel("hop.session");
channel.onmessage = ({ data }: MessageEvent<Message>) => {
  if (data.kind === "signed-in") accept(data.answer);
  else forget();
};

/** The requests that wait for a sign-in. They get its access token, or `null`. */
const waiting: ((token: string | null) => void)[] = [];

/** Starts the session with the answer of a sign-in, here and in the other tabs. */
export function start(answer: SignedIn): void {
  accept(answer);
  channel.postMessage({ kind: "signed-in", answer } satisfies Message);
}

function accept(answer: SignedIn): void {
  const before = session.peek();
  token = { text: answer.access_token, expires: performance.now() + answer.expires_in * 1000 };
  remember(true);
  // What is on the page belongs to another user.
  if ((before.kind === "ended" || before.kind === "signed-in") && before.user.id !== answer.user.id) {
    location.reload();
    return;
  }
  session.value = { kind: "signed-in", user: answer.user };
  wake(answer.access_token);
}

/** Lets the requests go on that wait for a sign-in. Without a token they fail. */
function wake(text: string | null): void {
  for (const resolve of waiting.splice(0)) resolve(text);
}

function forget(): void {
  token = null;
  remember(false);
  session.value = { kind: "signed-out" };
  // What waited belongs to who has left: nobody else may send it.
  wake(null);
}

/** Continues the session of the cookie, if there may be one. */
export async function resume(): Promise<void> {
  if (!mayHaveSession()) {
    session.value = { kind: "signed-out" };
    return;
  }
  if ((await renew()) === null) forget();
}

/** The access token; `null` if nobody is signed in. `refused` is a token that the API did not accept. */
export async function accessToken(refused: string | null = null): Promise<string | null> {
  if (token !== null && token.text !== refused && token.expires - performance.now() > RENEWAL) return token.text;
  // The refresh token was refused: only a sign-in gives another one.
  if (session.peek().kind === "ended") return signIn();
  const renewed = await renew();
  if (renewed !== null) return renewed;
  const current = session.peek();
  if (current.kind !== "signed-in" && current.kind !== "ended") return null;
  session.value = { kind: "ended", user: current.user };
  return signIn();
}

/** Waits for the access token of the next sign-in. */
function signIn(): Promise<string | null> {
  return new Promise((resolve) => waiting.push(resolve));
}

/** The renewal that is under way in this tab. */
let renewal: Promise<string | null> | null = null;

/** Exchanges the refresh token of the cookie, once for all requests that wait. `null`: the session is over. */
function renew(): Promise<string | null> {
  renewal ??= exchangeToken().finally(() => {
    renewal = null;
  });
  return renewal;
}

async function exchangeToken(): Promise<string | null> {
  const before = token;
  return exclusively(async () => {
    // Another tab was faster.
    if (token !== null && token !== before) return token.text;
    const response = await exchange("/api/v1/token", {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    if (response.status === 401) return null;
    if (!response.ok) throw await ApiProblem.of(response);
    const answer = (await response.json()) as SignedIn;
    start(answer);
    return answer.access_token;
  });
}

/** Ends the session, or all sessions of the user. */
export async function signOut(everywhere: boolean): Promise<void> {
  const body = JSON.stringify({ everywhere });
  const response = await exchange("/api/v1/logout", {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  if (!response.ok && response.status !== 401) throw await ApiProblem.of(response);
  leave();
}

/** Shows the sign-in page, in all tabs. */
export function leave(): void {
  forget();
  channel.postMessage({ kind: "signed-out" } satisfies Message);
}

async function exclusively<T>(work: () => Promise<T>): Promise<T> {
  // Browsers have locks in secure contexts only.
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

function remember(isSignedIn: boolean): void {
  try {
    if (isSignedIn) localStorage.setItem(HINT, "1");
    else localStorage.removeItem(HINT);
  } catch {
    // Storage is forbidden or full: the next visit asks the API.
  }
}

function mayHaveSession(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return true;
  }
}
