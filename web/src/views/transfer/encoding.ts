/** The encodings of files that people have. Windows programs write `windows-1252`. */
export type Encoding = "utf-8" | "utf-8-bom" | "utf-16le" | "utf-16be" | "windows-1252";

const PIECE = 256 * 1024;

/** The name of the encoding for `TextDecoder`, which removes a byte order mark by itself. */
export function decoderOf(encoding: Encoding): TextDecoder {
  return new TextDecoder(encoding === "utf-8-bom" ? "utf-8" : encoding);
}

/** The encoding that the first bytes prove; `null` if all bytes have to be looked at. */
export function encodingOfStart(bytes: Uint8Array): Encoding | null {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8-bom";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  // Without a mark: the names of columns are ASCII, so every other byte of UTF-16 is zero.
  const start = bytes.subarray(0, 64);
  const zeros = (odd: number) => start.filter((byte, index) => index % 2 === odd && byte === 0).length;
  if (start.length >= 8 && zeros(1) > start.length / 4 && zeros(0) === 0) return "utf-16le";
  if (start.length >= 8 && zeros(0) > start.length / 4 && zeros(1) === 0) return "utf-16be";
  return null;
}

/** The encoding of a file: UTF-8 if all of it is valid, otherwise windows-1252. */
export async function encodingOf(file: Blob): Promise<Encoding> {
  const known = encodingOfStart(new Uint8Array(await file.slice(0, 64).arrayBuffer()));
  if (known !== null) return known;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for (let from = 0; from < file.size; from += PIECE) {
      decoder.decode(await file.slice(from, from + PIECE).arrayBuffer(), { stream: true });
    }
    decoder.decode();
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/** The text of a file in pieces. Between two of them the page can react. */
export async function* textOf(file: Blob, encoding: Encoding): AsyncGenerator<{ text: string; read: number }> {
  const decoder = decoderOf(encoding);
  for (let from = 0; from < file.size; from += PIECE) {
    const bytes = await file.slice(from, from + PIECE).arrayBuffer();
    yield { text: decoder.decode(bytes, { stream: true }), read: Math.min(from + PIECE, file.size) };
    await new Promise((resolve) => setTimeout(resolve));
  }
  yield { text: decoder.decode(), read: file.size };
}

/** Names a file by its content, so that the same file is known again. Without `crypto.subtle` by name, size and time. */
export async function digestOf(file: File): Promise<string> {
  if (crypto.subtle === undefined) return `${file.name}:${file.size}:${file.lastModified}`;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
