import "./edit.css";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api, call, type Link } from "../../api/client";
import { dropDraft, loadDraft } from "../../state/draft";
import { defaultDomain, may, me } from "../../state/me";
import { useResource } from "../../state/resource";
import { href, replaceAddress, route } from "../../state/router";
import { text } from "../../text";
import { Button, LinkButton } from "../../ui/button";
import { when } from "../../ui/format";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { linkAddress } from "../links/row";
import { type EditDraft, useOfDraft, type Wanted } from "./draft";
import { EditForm } from "./edit-form";
import { draftName } from "./editor";
import { emptyForm, formOf } from "./form";

/** Creates a link (`new`) or changes one (`edit/{domain}/{alias}`). */
export default function EditView() {
  const [first, domain = "", alias = ""] = route.value.path;
  if (!may("links:write")) return <Refused kind="viewer" link={first === "edit" ? { domain, alias } : null} />;
  return first === "edit" ? <EditLink domain={domain} alias={alias} /> : <NewLinkForm />;
}

function EditLink({ domain, alias }: { domain: string; alias: string }) {
  const { resource, reload } = useResource(
    async (signal) => {
      const params = { path: { alias }, query: { domain } };
      return (await call(api.GET("/api/v1/links/{alias}", { params, signal }))) as Link;
    },
    [domain, alias],
  );
  const { value: link, problem } = resource.value;
  if (link === null) {
    return (
      <>
        <Heading link={{ domain, alias }} />
        {problem === null ? <FormSkeleton /> : <Failure problem={problem} onRetry={() => void reload()} />}
      </>
    );
  }
  const refusal = refusalOf(link);
  if (refusal !== null) return <Refused kind={refusal} link={link} />;
  return <WithDraft link={link} wanted={{ target: "", alias: "" }} />;
}

function NewLinkForm() {
  const { query } = route.peek();
  const wanted = useRef({ target: query.get("target") ?? "", alias: query.get("alias") ?? "" }).current;
  // The address is only the beginning: after a reload the draft counts.
  useEffect(() => replaceAddress(href(["new"])), []);
  return <WithDraft link={null} wanted={wanted} />;
}

/** The form, once it is clear what becomes of input that was not saved. */
function WithDraft({ link, wanted }: { link: Link | null; wanted: Wanted }) {
  const draft = useRef(loadDraft<EditDraft>(draftName(link))).current;
  const use = useSignal(useOfDraft(draft, link, wanted));
  const isAsked = useSignal(false);
  const unchanged = link === null ? emptyForm(defaultDomain.peek()) : formOf(link);
  if (use.value === "ask" && draft !== null) {
    return (
      <>
        <Heading link={link} />
        <section class="card state">
          <h2>{text.edit.draft.title(when(draft.at))}</h2>
          <p>{link === null ? text.edit.draft.other : text.edit.draft.older}</p>
          <div class="actions">
            <Button
              onClick={() => {
                dropDraft(draftName(link));
                use.value = "none";
              }}
            >
              {text.edit.draft.discard}
            </Button>
            <Button
              kind="primary"
              onClick={() => {
                isAsked.value = true;
                use.value = "restore";
              }}
            >
              {text.edit.draft.restore}
            </Button>
          </div>
        </section>
      </>
    );
  }
  const restored = use.value === "restore" ? draft : null;
  const first = link === null ? { ...unchanged, ...wanted } : unchanged;
  const start = {
    base: restored?.base ?? link,
    form: restored === null ? first : { ...first, ...restored.form },
    unchanged,
    attempt: restored?.attempt ?? null,
  };
  return (
    <>
      <Heading link={link} />
      <EditForm start={start} restoredAt={restored === null || isAsked.value ? null : restored.at} />
    </>
  );
}

type Named = Pick<Link, "domain" | "alias"> & Partial<Pick<Link, "short_url">>;

/** The way back, and what is edited. */
function Heading({ link }: { link: Named | null }) {
  const address =
    link === null ? null : (link.short_url?.replace(/^https?:\/\//, "") ?? `${link.domain}/${link.alias}`);
  return (
    <header class="edit-head">
      <a class="quiet" href={link === null ? href(["links"]) : linkAddress(link)}>
        ← {address ?? text.shell.links}
      </a>
      <h1 dir="auto">{link === null ? text.edit.newTitle : text.edit.title(link.alias)}</h1>
    </header>
  );
}

function FormSkeleton() {
  return (
    <>
      <Skeleton height={210} />
      <Skeleton height={50} rows={6} />
    </>
  );
}

type Refusal = "viewer" | "other" | "blocked" | "deleted";

/** Why this user cannot change the link. The API decides again. */
function refusalOf(link: Link): Refusal | null {
  if (link.state === "deleted") return "deleted";
  if (may("links:admin")) return null;
  if (link.owner === null || link.owner !== me.value?.user) return "other";
  return link.blocked === null ? null : "blocked";
}

function Refused({ kind, link }: { kind: Refusal; link: Named | null }) {
  const words = text.edit.refused;
  return (
    <>
      <Heading link={link} />
      <section class="card">
        <Empty title={words[`${kind}Title`]}>
          <p>{words[kind]}</p>
          <LinkButton href={link === null ? href(["links"]) : linkAddress(link)}>
            {link === null ? text.shell.toLinks : words.toLink}
          </LinkButton>
        </Empty>
      </section>
    </>
  );
}
