import { useSignal } from "@preact/signals";
import { api, call } from "../../api/client";
import { asProblem } from "../../api/problem";
import { signOut } from "../../api/session";
import type { Resource } from "../../state/resource";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { country } from "../../ui/format";
import { Failure, ProblemNotice, Skeleton } from "../../ui/states";
import { Time } from "../../ui/time";
import { toast } from "../../ui/toast";
import { useForm } from "../start/form";
import { type Session, sessionName } from "./session-words";

interface SessionsProps {
  resource: Resource<Session[]>;
  reload: () => Promise<void>;
}

/** The sessions of the caller, the latest first. */
export function Sessions({ resource, reload }: SessionsProps) {
  const isAsking = useSignal(false);
  const ending = useSignal<string | null>(null);
  const { value, problem } = resource;
  const { account } = text;
  const end = async (session: Session) => {
    ending.value = session.id;
    try {
      if (session.current) return await signOut(false);
      await call(api.DELETE("/api/v1/sessions/{session}", { params: { path: { session: session.id } } }));
      toast(account.ended);
      await reload();
    } catch (error) {
      const failure = asProblem(error);
      // It ended by itself meanwhile.
      if (failure.code === "not_found") await reload();
      else toast(text.problems.line(failure));
    } finally {
      ending.value = null;
    }
  };
  return (
    <section class="card stack" aria-busy={resource.isLoading}>
      <header class="view-head">
        <h2>{account.sessions}</h2>
        <span class="spacer" />
        <Button
          onClick={() => {
            isAsking.value = true;
          }}
        >
          {account.everywhere}
        </Button>
      </header>
      <p class="quiet">{account.sessionsHint}</p>
      {value === null && problem === null && <Skeleton height={44} rows={3} />}
      {problem !== null && <Failure problem={problem} onRetry={() => void reload()} />}
      <ul>
        {[...(value ?? [])].sort(byUse).map((session) => (
          <li key={session.id} class="session-row">
            <div>
              <p class="row-line">
                <b>{sessionName(session)}</b>
                {session.current && <span class="badge info">{account.currentSession}</span>}
              </p>
              <p class="quiet">
                {session.country !== null && `${country(session.country)} · `}
                {account.lastUse} <Time at={session.last_used_at} /> · {account.since} <Time at={session.created_at} />
              </p>
            </div>
            <Button
              aria-label={session.current ? undefined : account.endSession(sessionName(session))}
              isBusy={ending.value === session.id}
              onClick={() => void end(session)}
            >
              {session.current ? text.shell.signOut : account.end}
            </Button>
          </li>
        ))}
      </ul>
      {isAsking.value && (
        <EverywhereDialog
          onClose={() => {
            isAsking.value = false;
          }}
        />
      )}
    </section>
  );
}

function EverywhereDialog({ onClose }: { onClose: () => void }) {
  const { isBusy, problem, onSubmit } = useForm(() => signOut(true));
  return (
    <Dialog title={text.account.everywhereTitle} onClose={onClose}>
      <form class="stack" onSubmit={onSubmit}>
        <ProblemNotice problem={problem.value} />
        <p>{text.account.everywhereHint}</p>
        <div class="actions">
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button kind="danger" type="submit" isBusy={isBusy.value}>
            {text.account.everywhere}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The current one first, then by the last use. */
function byUse(one: Session, other: Session): number {
  return Number(other.current) - Number(one.current) || other.last_used_at.localeCompare(one.last_used_at);
}
