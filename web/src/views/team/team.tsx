import "./team.css";
import "../../ui/lists.css";
import { useSignal } from "@preact/signals";
import { api, call, type Schemas } from "../../api/client";
import { asProblem } from "../../api/problem";
import { leave } from "../../api/session";
import { may, me } from "../../state/me";
import { usePages } from "../../state/pages";
import { nameOf, remember, type User } from "../../state/people";
import { ROLES } from "../../state/roles";
import { route } from "../../state/router";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toast";
import { type Action, byRoleAndName, menuFor } from "./actions";
import { Dialogs, type OpenDialog } from "./dialogs";
import { Row } from "./row";
import { changeUser, loadUser } from "./users";

const ROW_HEIGHT = 60;

/** The users of the deployment: who may do what, and how they get in. */
export default function TeamView() {
  if (!may("users:admin")) {
    return (
      <>
        <h1>{text.team.title}</h1>
        <Empty title={text.team.refused}>
          <p>{text.team.refusedHint}</p>
        </Empty>
      </>
    );
  }
  return <Team />;
}

function Team() {
  const open = useSignal<OpenDialog | null>(null);
  const { pages, loadMore, change } = usePages<User>({ first: loadTeam, idOf: ({ id }) => id }, []);
  const { items, isLoading, isComplete, problem } = pages.value;
  const marked = route.value.query.get("user");

  const close = () => {
    open.value = null;
  };
  const put = (user: User) => {
    remember([user]);
    change((users) =>
      users.some(({ id }) => id === user.id) ? users.map((one) => (one.id === user.id ? user : one)) : [...users, user],
    );
  };
  const onChanged = (user: User) => {
    put(user);
    close();
    if (user.id === me.value?.user) void refreshMe();
  };
  const onInvited = (invited: Schemas["InvitedUser"]) => {
    const { invite_token: _, ...user } = invited;
    put(user);
    open.value = { kind: "invitation", invited };
  };
  const onDeleted = (user: User, state: "done" | "leaving") => {
    close();
    if (user.id === me.value?.user) return leave();
    if (state === "done") change((users) => users.filter(({ id }) => id !== user.id));
    else put({ ...user, state: "leaving" });
    toast(state === "done" ? text.team.deleteDialog.done(nameOf(user)) : text.team.deleteDialog.stopped);
  };
  const onAction = (action: Action, user: User) => {
    if (action === "invite") void tell(async () => onInvited(await inviteAgain(user)));
    else if (action === "enable") void tell(() => enable(user).then(put));
    else open.value = { kind: action, user };
  };
  const onDisabled = (user: User) => {
    onChanged(user);
    if (user.id === me.value?.user) leave();
    else toast(text.team.disabled(nameOf(user)));
  };
  return (
    <>
      <header class="view-head">
        <h1>{text.team.title}</h1>
        <span class="quiet" role="status">
          {items.length > 0 && text.team.shown(items.length, isComplete)}
        </span>
        <span class="spacer" />
        <Button
          kind="primary"
          icon="plus"
          onClick={() => {
            open.value = { kind: "invite" };
          }}
        >
          {text.team.invite}
        </Button>
      </header>
      <section class="card team-list" aria-label={text.team.title} aria-busy={isLoading}>
        <ul>
          {[...items].sort(byRoleAndName).map((user) => (
            <Row
              key={user.id}
              user={user}
              isMarked={user.id === marked}
              items={menuFor(user, me.value?.role ?? "viewer", user.id === me.value?.user, (action) =>
                onAction(action, user),
              )}
            />
          ))}
        </ul>
        {isLoading && <Skeleton height={ROW_HEIGHT} rows={items.length === 0 ? 4 : 1} />}
        {problem !== null && <Failure problem={problem} onRetry={() => void loadMore()} />}
        {!isComplete && !isLoading && problem === null && (
          <p class="list-end">
            <Button onClick={() => void loadMore()}>{text.common.loadMore}</Button>
          </p>
        )}
        {items.length === 0 && isComplete && (
          <Empty title={text.team.empty}>
            <p>{text.team.emptyHint}</p>
          </Empty>
        )}
      </section>
      <RoleList />
      <Dialogs
        open={open.value}
        onClose={close}
        onInvited={onInvited}
        onChanged={onChanged}
        onDisabled={onDisabled}
        onDeleted={onDeleted}
      />
    </>
  );
}

/** What the roles may do, in words. */
function RoleList() {
  return (
    <section class="card stack">
      <h2>{text.team.rolesTitle}</h2>
      <dl class="role-list">
        {ROLES.map((role) => [
          <dt key={role}>{text.team.roleNames[role]}</dt>,
          <dd key={`${role} may`}>{text.team.roles[role]}</dd>,
        ])}
      </dl>
    </section>
  );
}

async function loadTeam() {
  const page = await call(api.GET("/api/v1/users", { params: { query: { limit: 100 } } }));
  remember(page.items);
  return page;
}

function inviteAgain(user: User): Promise<Schemas["InvitedUser"]> {
  return call(api.POST("/api/v1/users/{user}/invite", { params: { path: { user: user.id } } }));
}

async function enable(user: User): Promise<User> {
  const { user: enabled } = await changeUser(await loadUser(user.id), { disabled: false });
  toast(text.team.enabled(nameOf(enabled)));
  return enabled;
}

async function tell(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    toast(text.problems.line(asProblem(error)));
  }
}

/** The own role may have changed. */
async function refreshMe(): Promise<void> {
  await tell(async () => {
    me.value = await call(api.GET("/api/v1/me"));
  });
}
