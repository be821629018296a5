import "./account.css";
import { allItems, api, call } from "../../api/client";
import { session } from "../../api/session";
import { may, me, ownScopes } from "../../state/me";
import { useResource } from "../../state/resource";
import { text } from "../../text";
import { SCOPES, scopeWords } from "../keys/scopes";
import { Bookmarklet } from "./bookmarklet";
import { PasswordForm } from "./password";
import { Sessions } from "./sessions";

/** The own account: who somebody is here, their password and their sessions. */
export default function AccountView() {
  const { resource, reload } = useResource(
    () => allItems(call(api.GET("/api/v1/sessions", { params: { query: { limit: 100 } } }))),
    [],
  );
  return (
    <>
      <h1>{text.account.title}</h1>
      <div class="two">
        <Who />
        <PasswordForm onChanged={() => void reload()} />
      </div>
      <Sessions resource={resource.value} reload={reload} />
      {may("links:write") && <Bookmarklet />}
    </>
  );
}

function Who() {
  const current = session.value;
  const { account, team } = text;
  if (current.kind !== "signed-in" && current.kind !== "ended") return null;
  const { user } = current;
  const role = me.value?.role ?? user.role;
  return (
    <section class="card stack">
      <h2>{account.who}</h2>
      <dl class="who">
        <dt>{account.name}</dt>
        <dd dir="auto">{user.name ?? account.noName}</dd>
        <dt>{account.email}</dt>
        <dd>{user.email}</dd>
        <dt>{account.role}</dt>
        <dd>
          {team.roleNames[role]}
          <p class="quiet">{team.roles[role]}</p>
        </dd>
        <dt>{account.may}</dt>
        <dd>
          <ul>
            {SCOPES.filter((scope) => ownScopes.value.includes(scope)).map((scope) => (
              <li key={scope}>{scopeWords(scope)}</li>
            ))}
          </ul>
        </dd>
      </dl>
    </section>
  );
}
