import { leave, type User } from "../../api/session";
import { href, type Route, route } from "../../state/router";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { AcceptForm } from "./accept";
import { ResetForm } from "./reset";
import { SetupForm } from "./setup";
import { SignInForm } from "./sign-in";

/** Pages that need no session. Their tokens are behind the `#`, which is not sent to the server. */
const PAGES = ["setup", "accept", "reset"];

export function isStartPage({ path }: Route): boolean {
  return PAGES.includes(path[0] ?? "");
}

/** Sign-in, the first account, an invitation, a new password. */
export function StartPage() {
  const { path, query } = route.value;
  const page = path[0] ?? "";
  return (
    <main class="start">
      <span class="logo" />
      <div class="card">
        {page === "setup" ? (
          <SetupForm keyGiven={query.get("key") ?? ""} />
        ) : page === "accept" ? (
          <AcceptForm token={query.get("token") ?? ""} />
        ) : page === "reset" ? (
          <ResetForm token={query.get("token") ?? ""} />
        ) : (
          <SignInForm title={text.start.signIn} />
        )}
      </div>
      <nav class="quiet" aria-label={text.start.signIn}>
        {PAGES.includes(page) ? (
          <a href={href(["links"])}>{text.start.backToSignIn}</a>
        ) : (
          <>
            <a href={href(["setup"])}>{text.start.firstRun}</a>
            <span>{text.start.forgot}</span>
          </>
        )}
      </nav>
    </main>
  );
}

/** The session ended while the page was in use. The page stays, with everything that was typed. */
export function SignInAgain({ user }: { user: User }) {
  return (
    <Dialog title={text.start.signInAgain} canClose={false} onClose={() => {}}>
      <p class="soft">{text.start.signInAgainHint}</p>
      <SignInForm email={user.email ?? ""} />
      <p>
        <Button kind="quiet-button" onClick={leave}>
          {text.start.anotherUser}
        </Button>
      </p>
    </Dialog>
  );
}
