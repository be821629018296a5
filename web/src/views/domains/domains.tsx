import "../../ui/lists.css";
import "./domains.css";
import { useSignal } from "@preact/signals";
import { allItems, api, call } from "../../api/client";
import { asProblem } from "../../api/problem";
import { capabilities, type Domain, domains, may } from "../../state/me";
import { useResource } from "../../state/resource";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Failure, ProblemNotice, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toast";
import { DomainDialog } from "./dialog";
import { DomainRow } from "./row";

/** The domains of the deployment, and where they send visitors who find no link. */
export default function DomainsView() {
  const { resource, reload } = useResource(async () => {
    domains.value = await allItems(call(api.GET("/api/v1/domains")));
    return domains.value;
  }, []);
  const editing = useSignal<Domain | "new" | null>(null);
  const added = useSignal<string | null>(null);
  const refused = useSignal<{ domain: string; message: string } | null>(null);
  const { value, problem } = resource.value;
  const isAdmin = may("domains:admin");

  const put = (domain: Domain) => {
    const isNew = editing.value === "new";
    editing.value = null;
    if (isNew) added.value = domain.domain;
    toast(isNew ? text.domains.added(domain.domain) : text.domains.changed(domain.domain));
    void reload();
  };
  const remove = async (domain: Domain) => {
    refused.value = null;
    try {
      const params = { path: { domain: domain.domain }, header: { "If-Match": `"${domain.version}"` } };
      await call(api.DELETE("/api/v1/domains/{domain}", { params }));
      if (added.value === domain.domain) added.value = null;
      toast(text.domains.deleted(domain.domain), { label: text.common.undo, run: () => void restore(domain) });
    } catch (error) {
      refused.value = { domain: domain.domain, message: refusal(error, domain.domain) };
    }
    void reload();
  };
  const restore = async ({ domain, root, not_found, ended }: Domain) => {
    try {
      await call(api.POST("/api/v1/domains", { body: { domain, root, not_found, ended } }));
      toast(text.domains.added(domain));
    } catch (error) {
      toast(text.problems.line(asProblem(error)));
    }
    void reload();
  };

  const shown = value ?? domains.value;
  return (
    <>
      <header class="view-head">
        <h1>{text.domains.title}</h1>
        <span class="spacer" />
        {isAdmin && (
          <Button
            kind="primary"
            icon="plus"
            onClick={() => {
              editing.value = "new";
            }}
          >
            {text.domains.add}
          </Button>
        )}
      </header>
      {!isAdmin && <p class="quiet">{text.domains.readOnly}</p>}
      {added.value !== null && <VendorNotice domain={added.value} />}
      {problem !== null && shown.length > 0 && <ProblemNotice problem={problem} onRetry={() => void reload()} />}
      <section class="card plain-list" aria-label={text.domains.title} aria-busy={resource.value.isLoading}>
        {shown.length === 0 && problem === null && <Skeleton height={120} rows={2} />}
        {shown.length === 0 && problem !== null && <Failure problem={problem} onRetry={() => void reload()} />}
        <ul>
          {shown.map((domain) => (
            <DomainRow
              key={domain.domain}
              domain={domain}
              refusal={refused.value?.domain === domain.domain ? refused.value.message : null}
              onEdit={() => {
                editing.value = domain;
              }}
              onDelete={() => void remove(domain)}
            />
          ))}
        </ul>
      </section>
      {editing.value !== null && (
        <DomainDialog
          domain={editing.value === "new" ? null : editing.value}
          onSaved={put}
          onClose={() => {
            editing.value = null;
            void reload();
          }}
        />
      )}
    </>
  );
}

function refusal(error: unknown, domain: string): string {
  const problem = asProblem(error);
  return problem.code === "domain_in_use" ? text.domains.inUse(domain) : text.problems.line(problem);
}

/** What has to be done outside of hop for a new domain. */
function VendorNotice({ domain }: { domain: string }) {
  const edge = capabilities.value?.edge ?? "memory";
  return (
    <p class="notice warn" role="status">
      {text.domains.vendor[edge](domain)} {text.domains.vendorDocs}
    </p>
  );
}
