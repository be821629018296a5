import { useEffect } from "preact/hooks";
import { resume, session } from "./api/session";
import { Shell } from "./shell";
import { loadDeployment, me } from "./state/me";
import { useResource } from "./state/resource";
import { route } from "./state/router";
import { Failure, Skeleton } from "./ui/states";
import { dropToasts, Toasts } from "./ui/toast";
import { isStartPage, SignInAgain, StartPage } from "./views/start/start";

/** The whole page: sign-in, or the shell with a view. */
export function App() {
  return (
    <>
      <Content />
      <Toasts />
    </>
  );
}

function Content() {
  const current = session.value;
  if (isStartPage(route.value) || current.kind === "signed-out") return <StartPage />;
  if (current.kind === "unknown") return <Resuming />;
  return (
    <>
      <SignedIn key={current.user.id} />
      {current.kind === "ended" && <SignInAgain user={current.user} />}
    </>
  );
}

/** Continues the session of an earlier visit. */
function Resuming() {
  const { resource, reload } = useResource(resume, []);
  const { problem } = resource.value;
  if (problem === null) return <FirstSkeleton />;
  return (
    <main class="main">
      <Failure problem={problem} onRetry={() => void reload()} />
    </main>
  );
}

function SignedIn() {
  const { resource, reload } = useResource(loadDeployment, []);
  useEffect(
    () => () => {
      me.value = null;
      dropToasts();
    },
    [],
  );
  const { problem } = resource.value;
  if (problem !== null && me.value === null) return <Failure problem={problem} onRetry={() => void reload()} />;
  if (me.value === null) return <FirstSkeleton />;
  return <Shell />;
}

/** The place of the list, before anything is known. */
function FirstSkeleton() {
  return (
    <div class="frame" aria-busy="true">
      <aside class="side">
        <span class="logo" />
      </aside>
      <main class="main">
        <Skeleton height={36} />
        <Skeleton height={118} />
        <Skeleton height={68} rows={6} />
      </main>
    </div>
  );
}
