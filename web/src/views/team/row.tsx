import { me } from "../../state/me";
import { nameOf, type User } from "../../state/people";
import { text } from "../../text";
import { Menu, type MenuItem } from "../../ui/menu";
import { quotaWords } from "../../ui/quota";
import { Time } from "../../ui/time";

/** One user of the team. */
export function Row({ user, isMarked, items }: { user: User; isMarked: boolean; items: readonly MenuItem[] }) {
  const { team } = text;
  const isSelf = user.id === me.value?.user;
  return (
    <li class={isMarked ? "team-row marked" : "team-row"}>
      <div class="team-who">
        <p class="row-line">
          <b class="clip" dir="auto" title={nameOf(user)}>
            {nameOf(user)}
          </b>
          {isSelf && <span class="badge info">{team.you}</span>}
          {user.state !== "active" && (
            <span class={user.state === "invited" ? "badge warn" : "badge bad"}>{team.states[user.state]}</span>
          )}
        </p>
        {user.name !== null && (
          <p class="quiet clip" dir="auto">
            {user.email}
          </p>
        )}
      </div>
      <span class="team-role" title={team.roles[user.role]}>
        {team.roleNames[user.role]}
      </span>
      <span class="team-when quiet">
        {user.last_login_at === null ? (
          team.neverSignedIn
        ) : (
          <>
            {team.signedIn} <Time at={user.last_login_at} />
          </>
        )}
      </span>
      <span class={user.quota === null ? "team-quota quiet none" : "team-quota quiet"}>
        {user.quota === null ? team.noLimit : quotaWords(user.quota)}
      </span>
      <Menu label={team.actions(nameOf(user))} items={items} />
    </li>
  );
}
