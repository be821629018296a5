import { now } from "../../api/clock";
import { personName } from "../../state/people";
import { text } from "../../text";
import { and } from "../../ui/format";
import { Menu, type MenuItem } from "../../ui/menu";
import { quotaWords } from "../../ui/quota";
import { Time } from "../../ui/time";
import { inOrder, isEverything, scopeWords } from "./scopes";
import type { Key } from "./source";

export function isOver(key: Key): boolean {
  return key.revoked_at !== null || isExpired(key);
}

function isExpired(key: Key): boolean {
  return key.expires_at !== null && Date.parse(key.expires_at) <= now();
}

/** One key: what it may do, for whom, until when. */
export function Row({ apiKey, isMarked, items }: { apiKey: Key; isMarked: boolean; items: readonly MenuItem[] }) {
  const { keys } = text;
  const { name, scopes, domains, owner, issuers, quota } = apiKey;
  const may = isEverything(scopes) ? keys.all : keys.joined(inOrder(scopes).map(scopeWords));
  return (
    <li class={isMarked ? "key-row marked" : "key-row"}>
      <div class="key-what">
        <p class="row-line">
          <b class="clip" dir="auto" title={name}>
            {name}
          </b>
          <span class="quiet clip">
            {keys.ofOwner("")}
            <bdi>{personName(owner)}</bdi>
          </span>
          {apiKey.revoked_at !== null ? (
            <span class="badge bad">{keys.states.revoked}</span>
          ) : (
            isExpired(apiKey) && <span class="badge">{keys.states.expired}</span>
          )}
        </p>
        <p class="soft">
          {keys.may} {may}.
        </p>
        <p class="quiet key-facts">
          <span>{domains === null ? keys.allDomains : and(domains)}</span>
          {quota !== null && <span>{quotaWords(quota)}</span>}
          <End apiKey={apiKey} />
          <span>
            {apiKey.last_used_at === null ? (
              keys.neverUsed
            ) : (
              <>
                {keys.lastUsed} <Time at={apiKey.last_used_at} />
              </>
            )}
          </span>
        </p>
        {issuers.length > 0 && (
          <details class="quiet">
            <summary dir="auto">{keys.issuers(and(issuers.map(personName)))}</summary>
            <p>{keys.issuersHint}</p>
          </details>
        )}
      </div>
      <Menu label={keys.actions(name)} items={items} />
    </li>
  );
}

function End({ apiKey }: { apiKey: Key }) {
  const { keys } = text;
  if (apiKey.revoked_at !== null) {
    return (
      <span>
        {keys.revoked} <Time at={apiKey.revoked_at} />
      </span>
    );
  }
  if (apiKey.expires_at === null) return <span>{keys.neverExpires}</span>;
  return (
    <span>
      {isExpired(apiKey) ? keys.expired : keys.expires} <Time at={apiKey.expires_at} />
    </span>
  );
}
