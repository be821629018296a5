export interface QrSettings {
  /** As it was typed: the API says what is wrong with it. */
  size: string;
  margin: string;
  level: "L" | "M" | "Q" | "H";
  color: string;
  background: string;
}

export type QrFormat = "svg" | "png";

export const USUAL: QrSettings = { size: "512", margin: "4", level: "M", color: "#000000", background: "#ffffff" };

/** The address of the picture in the API. */
export function qrAddress(link: { alias: string; domain: string }, settings: QrSettings, format: QrFormat): string {
  const { size, margin, level, color, background } = settings;
  const query = new URLSearchParams({ domain: link.domain, size, margin, level, color, background, format });
  return `/api/v1/links/${encodeURIComponent(link.alias)}/qr?${query}`;
}

/** Settings that were stored in the browser, perhaps by another version of the dashboard. */
export function asSettings(stored: Partial<QrSettings> | null): QrSettings {
  const text = (name: keyof QrSettings) => (typeof stored?.[name] === "string" ? stored[name] : USUAL[name]);
  const level = (["L", "M", "Q", "H"] as const).find((one) => one === stored?.level) ?? USUAL.level;
  return { size: text("size"), margin: text("margin"), level, color: text("color"), background: text("background") };
}

/** Cameras need a margin of this many modules. */
export const NEEDED_MARGIN = 4;
