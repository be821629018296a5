import { type Domain, may } from "../../state/me";
import { href } from "../../state/router";
import { text } from "../../text";
import { CopyButton } from "../../ui/copy";
import { Menu } from "../../ui/menu";

interface DomainRowProps {
  domain: Domain;
  /** Why it was not deleted. */
  refusal: string | null;
  onEdit: () => void;
  onDelete: () => void;
}

export function DomainRow({ domain, refusal, onEdit, onDelete }: DomainRowProps) {
  const { badges, badgeHints, fields, own } = text.domains;
  const items = [
    { label: text.common.edit, icon: "edit" as const, onSelect: onEdit },
    ...(domain.configured ? [] : [{ label: text.common.delete, icon: "trash" as const, onSelect: onDelete }]),
  ];
  const kind = domain.configured ? "configured" : "added";
  return (
    <li class="domain-row">
      <div class="row-line">
        <h2 dir="auto">{domain.origin}</h2>
        <CopyButton value={domain.origin} label={text.links.copy(domain.origin)} />
        {domain.default && (
          <span class="badge info" title={badgeHints.isDefault}>
            {badges.isDefault}
          </span>
        )}
        <span class="badge" title={badgeHints[kind]}>
          {badges[kind]}
        </span>
        <span class="spacer" />
        <a href={href(["links"], { domain: domain.domain })}>{text.domains.links}</a>
        {may("domains:admin") && <Menu label={text.domains.actions(domain.domain)} items={items} />}
      </div>
      <dl class="facts">
        {(["root", "not_found", "ended"] as const).map((field) => (
          <div key={field} class="domain-fact">
            <dt>{fields[field]}</dt>
            <dd class={domain[field] === null ? "quiet" : undefined} dir="auto">
              {domain[field] ?? own[field]}
            </dd>
          </div>
        ))}
      </dl>
      {refusal !== null && (
        <p class="notice bad" role="alert">
          {refusal}
        </p>
      )}
    </li>
  );
}
