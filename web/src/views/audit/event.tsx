import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { personName } from "../../state/people";
import { href } from "../../state/router";
import { text } from "../../text";
import { IconButton } from "../../ui/button";
import { country, fullTime } from "../../ui/format";
import { Time } from "../../ui/time";
import { subjectName, targetOf } from "./target";
import { type AuditEvent, type Fact, factsOf, sentenceOf, splitUsers } from "./words";

/** One event: a sentence, and the details when they are folded out. */
export function Event({ event }: { event: AuditEvent }) {
  const isOpen = useSignal(false);
  const id = useId();
  return (
    <li class="audit-event">
      <p class="audit-sentence">
        {sentenceOf(event).map((piece) =>
          piece.kind === "text" ? (
            piece.text
          ) : piece.kind === "actor" ? (
            <b key="actor" dir="auto">
              {actorName(event)}
            </b>
          ) : (
            <Subject key="subject" event={event} />
          ),
        )}
      </p>
      <span class="audit-when quiet">
        <Time at={event.at} />
      </span>
      <IconButton
        icon={isOpen.value ? "up" : "down"}
        label={isOpen.value ? text.audit.fewer : text.audit.details}
        aria-expanded={isOpen.value}
        aria-controls={id}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      />
      <div class="audit-details" id={id} hidden={!isOpen.value}>
        {isOpen.value && <Details event={event} />}
      </div>
    </li>
  );
}

function Subject({ event }: { event: AuditEvent }) {
  const target = targetOf(event);
  const { before, name } = subjectName(event) ?? { before: "", name: personName(event.subject) };
  const shown = (
    <>
      {before}
      <bdi>{name}</bdi>
    </>
  );
  return target === null ? <span>{shown}</span> : <a href={target}>{shown}</a>;
}

function actorName({ principal, user }: AuditEvent): string {
  const { audit } = text;
  if (principal === "admin") return audit.admin;
  if (principal === "public") return audit.public;
  if (principal.startsWith("key_")) return user === null ? audit.key : audit.keyOf(personName(user));
  return personName(principal);
}

function Details({ event }: { event: AuditEvent }) {
  const { audit } = text;
  const { facts } = audit;
  const lines: Fact[] = [
    { label: facts.at, value: fullTime(event.at) },
    { label: facts.action, value: event.action },
    ...factsOf(event),
    { label: facts.subject, value: event.subject },
    { label: facts.who, value: event.principal },
    ...(event.country === null ? [] : [{ label: facts.country, value: country(event.country) }]),
    { label: facts.request, value: event.request_id },
  ];
  return (
    <>
      <dl class="audit-facts">
        {lines.map(({ label, value }, index) => (
          <div key={index}>
            <dt>{label}</dt>
            <dd dir="auto">{label === facts.subject || label === facts.who ? value : withNames(value)}</dd>
          </div>
        ))}
      </dl>
      <p class="row-line quiet">
        <a href={href(["audit"], { subject: event.subject })}>{audit.onlyThis}</a>
        <a href={href(["audit"], { principal: event.principal })}>{audit.onlyWho}</a>
      </p>
    </>
  );
}

function withNames(value: string): string {
  return splitUsers(value)
    .map((part, index) => (index % 2 === 1 ? personName(part) : part))
    .join("");
}
