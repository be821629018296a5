// Every text of the dashboard, so that a language can be added. Numbers, dates and plurals come from `ui/format.ts`.
import type { ApiProblem } from "./api/problem";
import { count, number } from "./ui/format";

const problems = {
  title(problem: ApiProblem): string {
    switch (problem.code) {
      case "offline":
        return "No connection";
      case "slow":
        return "No answer yet";
      case "unreadable":
        return "The answer could not be read";
      case "forbidden":
        return "You may not do this";
      case "not_found":
        return "There is nothing here";
      case "rate_limited":
        return "Too many attempts";
      case "quota_exceeded":
        return "The quota for links is used up";
      case "version_mismatch":
        return "Somebody changed this meanwhile";
      case "store_unavailable":
        return "The store did not answer";
      case "budget_exhausted":
        return "This takes more than one request";
      case "invalid_fields":
        return "Some fields are wrong";
      default:
        return problem.status >= 500 ? "Something went wrong" : "That did not work";
    }
  },
  /** What it means, what is safe, and what to do. */
  advice(problem: ApiProblem): string {
    switch (problem.code) {
      case "offline":
        return "Your links go on working. What you typed is still here; try again when you are connected.";
      case "slow":
        return "hop did not answer in 30 seconds. Links go on working. Try again in a moment.";
      case "unreadable":
        return `Something between this page and hop answered instead of hop${problem.status ? ` (status ${problem.status})` : ""}. Try again in a moment.`;
      case "store_unavailable":
        return "Most links go on working. A change may have been saved although there was no answer: look before you repeat it.";
      case "rate_limited":
        return problem.retryAfter === null
          ? "Wait a moment, then try again."
          : `Wait ${count(problem.retryAfter, "second", "seconds")}, then try again.`;
      case "budget_exhausted":
        return "What was done stays done. Try again to continue.";
      default:
        return sentence(problem.message);
    }
  },
  line(problem: ApiProblem): string {
    return `${problems.title(problem)}. ${problems.advice(problem)}`;
  },
  fields: (wrong: number): string => `${count(wrong, "field needs", "fields need")} another look. Nothing was saved.`,
  request: (id: string): string => `If you report this, name the request ${id}.`,
};

const common = {
  product: "hop",
  tryAgain: "Try again",
  close: "Close",
  cancel: "Cancel",
  save: "Save",
  undo: "Undo",
  back: "Back",
  edit: "Edit",
  delete: "Delete",
  more: "More",
  loadMore: "Load more",
  optional: "optional",
  none: "None",
  copied: (value: string): string => `Copied ${value}`,
  copyFailed: "The browser did not allow copying. Select the text and copy it yourself.",
  offline: "No connection. Links go on working; changes wait until you are connected.",
};

const shell = {
  skip: "Skip to the content",
  navigation: "Main",
  menu: "Menu",
  overview: "Overview",
  links: "Links",
  domains: "Domains",
  tags: "Tags",
  team: "Team",
  keys: "Keys",
  audit: "Audit",
  reports: "Reports",
  blocklist: "Blocklist",
  transfer: "Import and export",
  about: "About hop",
  account: "Your account",
  signOut: "Sign out",
  roles: { viewer: "viewer", editor: "editor", admin: "admin", owner: "owner" },
  notFound: "There is no such page.",
  toLinks: "Go to the links",
};

const shortcuts = {
  title: "Keyboard",
  rows: [
    ["/", "Search"],
    ["c", "New link"],
    ["↑ ↓", "Move in a list"],
    ["Enter", "Open the link"],
    ["e", "Edit"],
    ["q", "QR code"],
    ["Escape", "Back, or close"],
    ["?", "This help"],
  ],
} as const;

const start = {
  signIn: "Sign in",
  signInAgain: "Your session has ended",
  signInAgainHint: "Sign in to go on. What you typed is still here.",
  email: "E-mail",
  password: "Password",
  newPassword: "New password",
  passwordHint: "At least 12 characters. A few random words are easy to remember.",
  name: "Your name",
  wrongLogin: "The e-mail address or the password is wrong.",
  forgot: "Forgot the password? An admin of this deployment can give you a link to set a new one.",
  firstRun: "New deployment? Create the first account",
  setup: "Create the first account",
  setupHint:
    "You become the owner. The admin key proves that this deployment is yours; it is not stored in the browser.",
  adminKey: "Admin key",
  adminKeyHint: "The secret HOP_ADMIN_KEY. On this machine, cargo xtask serve has printed it.",
  wrongKey: "This is not the admin key of this deployment.",
  hasOwner: "This deployment has an owner already. Sign in instead.",
  create: "Create account",
  accept: "Accept the invitation",
  acceptHint: "Choose a password, and you are signed in.",
  acceptButton: "Accept and sign in",
  wrongInvitation: "This invitation is used up, replaced or expired. Ask for a new one.",
  reset: "Set a new password",
  resetButton: "Set password",
  resetDone: "The password is set. Sign in with it.",
  wrongReset: "This link is used up, replaced or expired. Ask an admin for a new one.",
  backToSignIn: "Back to sign-in",
  anotherUser: "Sign in as somebody else",
};

const links = {
  title: "Links",
  search: "Search alias, title, target, tag, note",
  searchLabel: "Search links",
  new: "New link",
  shown: (shown: number, isComplete: boolean): string =>
    isComplete ? count(shown, "link", "links") : `${number(shown)} links loaded`,
  searching: (examined: number): string => `Looked at ${count(examined, "link", "links")} so far…`,
  people: "people",
  person: "person",
  machines: (bots: number): string => `${count(bots, "request", "requests")} of machines`,
  copy: (url: string): string => `Copy ${url}`,
  actions: (alias: string): string => `Actions for ${alias}`,
  select: (alias: string): string => `Select ${alias}`,
  open: "Open",
  openTarget: "Open the target",
  disable: "Disable",
  enable: "Enable",
  deleted: (alias: string): string => `Deleted ${alias}`,
  restored: (alias: string): string => `Restored ${alias}`,
  disabled: (alias: string): string => `Disabled ${alias}`,
  enabled: (alias: string): string => `Enabled ${alias}`,
  empty: "No links yet",
  emptyHint: "Paste a long address above and press Enter. You get a short link that you can change at any time.",
  nothingFound: "No link matches",
  nothingFoundHint: "Try the beginning of another word, or remove a filter.",
  clearFilters: "Remove all filters",
  sparkline: (days: readonly number[]): string =>
    `People on each of the last seven days: ${days.map(number).join(", ")}`,
  states: {
    scheduled: "scheduled",
    live: "live",
    ended: "ended",
    used_up: "used up",
    disabled: "disabled",
    blocked: "blocked",
    deleted: "deleted",
  },
  badges: {
    ends: (when: string): string => `ends ${when}`,
    starts: (when: string): string => `starts ${when}`,
    password: "password",
    rules: (rules: number): string => count(rules, "rule", "rules"),
    clicks: (used: number, most: number): string => `${number(used)} of ${number(most)}`,
  },
  filters: {
    domain: "Domain",
    tag: "Tag",
    owner: "Owner",
    state: "State",
    created: "Created",
    any: "Any",
    everybody: "Everybody",
    nobody: "Nobody",
    anyState: "Any but deleted",
    anyTime: "Any time",
    lastDays: (days: number): string => `In the last ${count(days, "day", "days")}`,
    mine: "My links",
  },
  bulk: {
    selected: (selected: number): string => `${number(selected)} selected`,
    selectAll: "Select all loaded links",
    clear: "Clear the selection",
    tag: "Add tag",
    tagLabel: "Tag to add",
    handOver: "Hand over",
    handOverLabel: "New owner",
    done: (done: number, failed: number): string =>
      failed === 0
        ? `${count(done, "link", "links")} changed`
        : `${count(done, "link", "links")} changed, ${number(failed)} not`,
    progress: (done: number, all: number): string => `${number(done)} of ${number(all)}…`,
    apply: "Apply",
  },
};

const create = {
  label: "Long address",
  placeholder: "Paste a long address",
  alias: "Alias",
  aliasPlaceholder: "generated",
  free: "free",
  reasons: {
    alias_taken: "taken",
    alias_retired: "belonged to another link",
    reserved: "reserved for hop itself",
    invalid: "letters, digits, emoji, - _ . ~ only",
    too_long: "too long",
  },
  checking: "checking…",
  more: "More options",
  button: "Create",
  done: (url: string): string => `${url} is ready`,
  copyKey: "Copy",
  another: "Create another",
  missingScheme: "https:// was added",
};

const link = {
  title: "Link",
};

const edit = {
  title: "Edit link",
};

const rules = {
  title: "Rules",
};

const explain = {
  title: "Try as a visitor",
};

const overview = {
  title: shell.overview,
};

const domains = {
  title: shell.domains,
};

const tags = {
  title: shell.tags,
};

const team = {
  title: shell.team,
};

const keys = {
  title: shell.keys,
};

const audit = {
  title: shell.audit,
};

const account = {
  title: shell.account,
};

const about = {
  title: shell.about,
};

const reports = {
  title: shell.reports,
};

const blocklist = {
  title: shell.blocklist,
};

const transfer = {
  title: shell.transfer,
};

/** Texts of the API are parts of sentences. */
function sentence(part: string): string {
  const [first = "", ...rest] = part;
  return `${first.toUpperCase()}${rest.join("")}${/[.!?]$/.test(part) || part === "" ? "" : "."}`;
}

export const text = {
  common,
  problems,
  shell,
  shortcuts,
  start,
  links,
  create,
  link,
  edit,
  rules,
  explain,
  overview,
  domains,
  tags,
  team,
  keys,
  audit,
  account,
  about,
  reports,
  blocklist,
  transfer,
  sentence,
};
