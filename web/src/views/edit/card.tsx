import { text } from "../../text";
import { TextArea, TextField } from "../../ui/field";
import { hostOf } from "../links/row";
import { useEditor } from "./editor";
import { Section } from "./section";

/** What chats and social networks show of the link. */
export function CardSection() {
  const { form, set, wrong } = useEditor();
  const { cardTitle, cardDescription, cardImage } = form.value;
  const words = text.edit;
  return (
    <Section
      title={words.sections.card}
      summary={(cardTitle || cardDescription || cardImage).slice(0, 120)}
      fields={["card"]}
    >
      <div class="stack">
        <TextField
          label={words.cardTitle}
          dir="auto"
          value={cardTitle}
          onValue={(value) => set({ cardTitle: value })}
          wrong={wrong("/card/title", "cardTitle") ?? wrong("/card", "cardTitle")}
        />
        <TextArea
          label={words.cardDescription}
          dir="auto"
          value={cardDescription}
          onValue={(value) => set({ cardDescription: value })}
          wrong={wrong("/card/description", "cardDescription")}
        />
        <TextField
          label={words.cardImage}
          inputMode="url"
          value={cardImage}
          onValue={(value) => set({ cardImage: value })}
          wrong={wrong("/card/image", "cardImage")}
          spellcheck={false}
        />
      </div>
      <CardPreview />
    </Section>
  );
}

/** The card, drawn with text only: the image is on another host, from which the dashboard loads nothing. */
function CardPreview() {
  const { form, base } = useEditor();
  const { cardTitle, cardDescription, cardImage, domain } = form.value;
  const words = text.edit;
  return (
    <figure class="card-preview" aria-label={words.cardPreview}>
      <div class="card-image">
        {cardImage === "" ? (
          words.cardNoImage
        ) : (
          <>
            <span>{words.cardImageOf}</span>
            <bdi>{cardImage}</bdi>
          </>
        )}
      </div>
      <figcaption>
        <span class="quiet">{base.value === null ? domain : hostOf(base.value.short_url)}</span>
        <b dir="auto">{cardTitle || words.cardNoTitle}</b>
        <span class="soft" dir="auto">
          {cardDescription}
        </span>
      </figcaption>
    </figure>
  );
}
