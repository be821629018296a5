import { describe, expect, it } from "vitest";
import {
  type Condition,
  conditionParts,
  failedParts,
  ruleParts,
  shortTarget,
  spoken,
} from "../src/views/rules/sentence";

const sentence = (when: Condition[]) => spoken(ruleParts(when));
const clause = (condition: Condition) => spoken(conditionParts(condition));

describe("a rule in words", () => {
  it("joins conditions with and, values with or", () => {
    const when: Condition[] = [
      { type: "country", any: ["DE", "AT"] },
      { type: "language", any: ["de"] },
    ];
    expect(sentence(when)).toBe("If country is Germany or Austria and language is German, go to ");
  });

  it("says shares of the visitors", () => {
    expect(sentence([{ type: "split", percent: 50 }])).toBe("For 50% of the visitors, go to ");
    const when: Condition[] = [
      { type: "split", percent: 10 },
      { type: "os", any: ["ios"] },
    ];
    expect(sentence(when)).toBe("If system is iOS, for 10% of these visitors, go to ");
  });

  it("names many values by their number", () => {
    const any = ["DE", "AT", "CH", "FR", "IT", "ES", "PT", "PL"];
    expect(clause({ type: "country", any })).toBe(
      "country is Germany, Austria, Switzerland, France, Italy, Spain or 2 others",
    );
  });

  const clauses: [Condition, string][] = [
    [{ type: "device", any: ["mobile", "tablet"] }, "device is phone or tablet"],
    [{ type: "browser", any: ["edge"] }, "browser is Edge"],
    [{ type: "query", name: "ref", present: true }, "the query has ref"],
    [{ type: "query", name: "ref", present: false }, "the query does not have ref"],
    [{ type: "query", name: "ref", equals: "a b" }, "the parameter ref is “a b”"],
    [
      { type: "time", from: "22:00", to: "06:00", tz: "America/New_York" },
      "time is from 22:00 until 06:00 (America/New York)",
    ],
    [{ type: "weekday", any: ["sat", "sun"], tz: "UTC" }, "day is Saturday or Sunday (UTC)"],
    [{ type: "address", any: ["192.0.2.0/24"] }, "address is in 192.0.2.0/24"],
    [{ type: "language", any: ["pt-BR"] }, "language is Brazilian Portuguese"],
  ];
  it.each(clauses)("says %j", (condition, words) => {
    expect(clause(condition)).toBe(words);
  });
});

describe("why a condition fails", () => {
  const visitor = {
    kind: "human",
    because: null,
    device: "mobile",
    os: "ios",
    browser: "safari",
    country: null,
  } as const;

  it("says what the visitor has instead", () => {
    const words = spoken(failedParts({ type: "country", any: ["DE"] }, { ...visitor, country: "JP" }));
    expect(words).toBe("country is Japan, not Germany");
    expect(spoken(failedParts({ type: "country", any: ["DE"] }, visitor))).toBe("country is unknown, not Germany");
  });

  it("negates what hop does not tell", () => {
    expect(spoken(failedParts({ type: "query", name: "a", present: true }, visitor))).toBe("the query does not have a");
    expect(spoken(failedParts({ type: "query", name: "a", present: false }, visitor))).toBe("the query has a");
    expect(spoken(failedParts({ type: "address", any: ["10.0.0.0/8"] }, visitor))).toBe("address is not in 10.0.0.0/8");
    expect(spoken(failedParts({ type: "split", percent: 5 }, visitor))).toBe(
      "the visitor is not among 5% of the visitors",
    );
  });
});

describe("a short target", () => {
  it("has no scheme, and a bounded length", () => {
    expect(shortTarget("https://shop.example.at/x")).toBe("shop.example.at/x");
    expect(shortTarget("https://shop.example.at/")).toBe("shop.example.at");
    expect([...shortTarget(`https://a.example/${"x".repeat(8000)}`)].length).toBe(91);
  });
});
