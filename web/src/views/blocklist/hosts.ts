// Reads hosts from text that people paste.

export interface Pasted {
  hosts: string[];
  /** Lines without a host. */
  unread: string[];
}

/** Names that hosts files give to this machine. */
const LOCAL = ["localhost", "localhost.localdomain", "broadcasthost", "local", "0.0.0.0", "127.0.0.1", "::1"];

/** One host per line: plain, as an address, as `*.host`, as a filter `||host^`, or a line of a hosts file. */
export function parseHosts(pasted: string): Pasted {
  const hosts = new Set<string>();
  const unread: string[] = [];
  for (const line of pasted.split(/\r\n|\r|\n/)) {
    const content = line.replace(/(^|\s)[#!].*$/, "").trim();
    if (content === "") continue;
    const host = hostOf(content);
    if (host === null) unread.push(line.trim());
    else if (!LOCAL.includes(host)) hosts.add(host);
  }
  return { hosts: [...hosts], unread };
}

/** A host without scheme, port, path and wildcard; `null` if there is none. */
export function hostOf(content: string): string | null {
  const entry = /^(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+(\S+)$/.exec(content)?.[1] ?? content;
  const bare = entry
    .replace(/^\|\|/, "")
    .replace(/\^.*$/, "")
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")
    .replace(/^[^@/]*@/, "")
    .replace(/[/?#].*$/, "")
    .replace(/^\*\./, "")
    .replace(/^\./, "")
    .replace(/,$/, "")
    .toLowerCase();
  const address = /^\[(.*)\](?::\d+)?$/.exec(bare)?.[1];
  const host = address ?? (bare.split(":").length > 2 ? bare : bare.replace(/:\d*$/, ""));
  return host === "" || /[\s"'<>()]/.test(host) ? null : host;
}
