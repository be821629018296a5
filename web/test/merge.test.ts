import { describe, expect, it } from "vitest";
import { useOfDraft } from "../src/views/edit/draft";
import { emptyForm } from "../src/views/edit/form";
import { differences, firstChoice, merged } from "../src/views/edit/merge";
import { emptyRule } from "../src/views/edit/rule-form";

const before = { ...emptyForm("hop.example"), target: "https://example.com/a", title: "Old", note: "n" };

describe("a three-way merge", () => {
  it("says who changed each field", () => {
    const mine = { ...before, title: "Mine", target: "https://example.com/mine", note: "same" };
    const theirs = { ...before, title: "Theirs", note: "same", tags: ["x"] };
    const found = differences(before, mine, theirs);
    expect(found).toEqual([
      { field: "target", changedBy: "mine" },
      { field: "title", changedBy: "both" },
      { field: "tags", changedBy: "theirs" },
    ]);
    expect(found.map(firstChoice)).toEqual(["mine", "mine", "theirs"]);
  });

  it("takes the chosen side of each field", () => {
    const mine = { ...before, title: "Mine", target: "https://example.com/mine", passwordAction: "remove" as const };
    const theirs = { ...before, title: "Theirs", tags: ["x"] };
    const chosen = merged(mine, theirs, { title: "theirs", target: "mine", tags: "theirs" });
    expect(chosen).toEqual({ ...mine, title: "Theirs", tags: ["x"] });
  });

  it("compares rules without the keys of the page", () => {
    const rule = { ...emptyRule(), id: "a", target: "https://example.com/" };
    const one = { ...before, rules: [rule] };
    const other = { ...before, rules: [{ ...rule, key: "other" }] };
    expect(differences(before, one, other)).toEqual([]);
    expect(differences(one, { ...one, rules: [] }, other)).toEqual([{ field: "rules", changedBy: "mine" }]);
  });
});

describe("a draft", () => {
  const draft = { at: 0, base: null, form: before, attempt: null };

  it("of another version is asked about", () => {
    const link = { version: 2 } as never;
    expect(useOfDraft({ ...draft, base: { version: 2 } as never }, link, { target: "", alias: "" })).toBe("restore");
    expect(useOfDraft({ ...draft, base: { version: 1 } as never }, link, { target: "", alias: "" })).toBe("ask");
    expect(useOfDraft(null, link, { target: "", alias: "" })).toBe("none");
  });

  it("of another new link is asked about", () => {
    expect(useOfDraft(draft, null, { target: "", alias: "" })).toBe("restore");
    expect(useOfDraft(draft, null, { target: before.target, alias: "" })).toBe("restore");
    expect(useOfDraft(draft, null, { target: "https://example.com/b", alias: "" })).toBe("ask");
    expect(useOfDraft(draft, null, { target: before.target, alias: before.alias })).toBe("restore");
    expect(useOfDraft(draft, null, { target: before.target, alias: "another" })).toBe("ask");
  });
});
