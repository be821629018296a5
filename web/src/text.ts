// Every text of the dashboard, so that a language can be added. Numbers, dates and plurals come from `ui/format.ts`.
import type { ApiProblem } from "./api/problem";
import { count, number, share } from "./ui/format";

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

const chart = {
  people: "People",
  machines: "Machines",
  previews: "Previews",
  machinesAndPreviews: "Machines and previews",
  time: "Time",
  table: "As a table",
  of: {
    people: (people: number): string => count(people, "person", "people"),
    machines: (machines: number): string => count(machines, "machine", "machines"),
    previews: (previews: number): string => count(previews, "preview", "previews"),
  },
};

const link = {
  title: "Link",
  back: "Links",
  qr: "QR code",
  explain: "Explain",
  actions: "More actions for this link",
  copy: (url: string): string => `Copy ${url}`,
  opensTarget: (url: string): string => `Open ${url}`,
  destinations: {
    target: "Leads to",
    fallback: "Now leads to the fallback",
    gone: "Visitors see that the link is gone. Its target:",
    waiting: "Visitors see that there is nothing yet. Its target:",
    blocked: "Visitors are not redirected. Its target:",
  },
  owner: (name: string): string => `Owner: ${name}`,
  you: "you",
  noOwner: "no owner",
  created: "Created",
  note: "Note",
  clicksLeft: (used: number, most: number): string => `${number(used)} of ${number(most)} clicks used`,
  asksFirst: "asks visitors first",
  block: "Block…",
  unblock: "Lift the block",
  blocked: (alias: string): string => `Blocked ${alias}`,
  unblocked: (alias: string): string => `${alias} is no longer blocked`,
  blockTitle: (alias: string): string => `Block ${alias}`,
  blockHint:
    "Visitors are not redirected any more, whatever else the link says. Only admins can change a blocked link.",
  blockReason: "Reason",
  blockReasonHint: "People who manage the link read it.",
  blockButton: "Block the link",
  notices: {
    deleted:
      "This link is deleted. Visitors see that it is gone, and its alias stays reserved. Everything can be restored.",
    restore: "Restore",
    blocked: (reason: string): string => `An admin blocked this link: ${reason}`,
    disabled: "This link is disabled.",
    enable: "Enable",
    ended: "This link has ended.",
    used_up: "This link was followed as often as it may be.",
    scheduled: "This link has not started yet.",
    changeEnd: "Change the end",
    changeLimit: "Change the limit",
    changeStart: "Change the start",
  },
  missing: {
    title: "There is no such link",
    hint: (address: string): string =>
      `Nothing is at ${address}. The link may have been erased, or the address has a typing error.`,
    search: "Search for it",
    create: "Create a link",
    moved: "This link has moved",
    movedHint: (address: string, alias: string): string => `${address} is an old alias. The link is now ${alias}.`,
    open: (alias: string): string => `Go to ${alias}`,
  },
  statistics: "Statistics",
  period: "Period",
  periods: { day: "24 hours", week: "7 days", month: "28 days", year: "12 months" },
  compare: {
    day: "compare with the 24 hours before",
    week: "compare with the 7 days before",
    month: "compare with the 28 days before",
    year: "compare with the 12 months before",
  },
  units: { hour: "By hour", day: "By day", week: "By week", month: "By month" },
  unit: "Bars",
  clicksByTime: "Clicks",
  download: "CSV",
  downloadLabel: "Download these clicks as CSV",
  zone: (tz: string): string => `Times in ${tz}.`,
  days: (first: string, last: string): string =>
    first === last ? `The lists cover ${first} (a day in UTC).` : `The lists cover ${first} to ${last} (days in UTC).`,
  noDays: "The lists and visitors are counted by days in UTC, and none begins in this period.",
  numbers: {
    people: "People",
    peopleHint: "Clicks of people",
    visitors: "Visitor days",
    visitorsHint: (error: number): string => `Once a day each, ± ${share(error)}`,
    machines: "Machines",
    machinesHint: "Bots, monitors, tools",
    previews: "Previews",
    previewsHint: "Chats and prefetching",
    before: (value: number): string => `${number(value)} before`,
    newSince: "none before",
  },
  lists: {
    country: "Countries",
    referrer: "Referrers",
    device: "Devices",
    browser: "Browsers",
    language: "Languages",
    os: "Operating systems",
    rule: "Rules taken",
    reason: "Machines and previews",
  },
  reasonsHint: "Never counted as people. Why each was recognised:",
  unknown: {
    country: "Unknown",
    referrer: "Direct, mail or unknown",
    device: "Unknown",
    browser: "Other browsers",
    language: "Unknown",
    os: "Other systems",
    rule: "The target",
    reason: "Not known",
  },
  otherValues: "Others",
  between: (least: number, most: number): string => `${number(least)}–${number(most)}`,
  estimated: "Estimated: there are very many values",
  showAll: (values: number): string => `Show all ${number(values)}`,
  showFewer: "Show fewer",
  nothing: "Nothing in this period",
  devices: { mobile: "Phone", tablet: "Tablet", desktop: "Computer" },
  systems: { ios: "iOS", android: "Android", windows: "Windows", macos: "macOS", linux: "Linux" },
  browsers: { chrome: "Chrome", firefox: "Firefox", safari: "Safari", edge: "Edge", opera: "Opera" },
  reasons: {
    no_user_agent: "Sends no user agent",
    no_browser_name: "Names no browser",
    contact_address: "Names a contact address",
    no_engine: "Names a browser without its engine",
    engine_remark: "Changed the name of the engine",
    prefetch: "A browser that loads ahead",
    no_sec_fetch: "Lacks a header that its browser sends",
    hosting_network: "A browser in a data centre",
  },
  agentNames: (word: string): string => `Calls itself “${word}”`,
  ruleNumber: (place: number, id: string): string => `Rule ${number(place)} (${id})`,
  formerRule: (id: string): string => `Former rule (${id})`,
  noStatistics: "Statistics do not answer now",
  noStatisticsHint:
    "The link works, and so does everything else on this page. The numbers come back with the statistics.",
  mayNotSee: "Your role does not show statistics.",
  noClicks: "No clicks yet",
  noClicksHint: "Share the short link. Its first clicks appear here seconds later.",
  copyLink: "Copy the link",
  rules: "Rules",
  noRules: "Everybody goes to the target. Rules can send visitors elsewhere by country, language, device and more.",
  addRules: "Add rules",
  everybodyElse: "Everybody else goes to the target.",
  try: "Try as a visitor…",
  clicks: {
    title: "Latest clicks",
    none: "No clicks in the last 30 days",
    when: "When",
    country: "Country",
    device: "Device",
    referrer: "Referrer",
    kind: "Visitor",
    reason: "Reason",
    unknown: "–",
    kinds: { human: "Person", bot: "Machine", preview: "Preview" },
  },
  qrPanel: {
    title: "QR code",
    picture: (url: string): string => `QR code of ${url}`,
    size: "Size in pixels",
    margin: "Margin in modules",
    marginHint: "With less than 4, leave that space around the picture yourself.",
    level: "Error correction",
    levels: { L: "Low (7 %)", M: "Medium (15 %)", Q: "High (25 %)", H: "Highest (30 %)" },
    color: "Colour",
    background: "Background",
    svg: "Download SVG",
    png: "Download PNG",
    copy: "Copy picture",
    copied: "Copied the QR code",
    print: "Print",
    reset: "Usual settings",
    hint: "The code stays valid when the target changes.",
    refused: "The code cannot be drawn like this.",
  },
  history: {
    title: "History",
    summary: (version: number): string => `Version ${number(version)}, changed`,
    show: "Show the history",
    version: (version: number): string => `Version ${number(version)}`,
    now: "now",
    admin: "bootstrap admin",
    someone: "a user of this deployment",
    key: (name: string): string => `with the key ${name}`,
    backTo: "Go back to this version…",
    backTitle: (version: number): string => `Go back to version ${number(version)}`,
    backHint: "Only these settings change. Alias, title, tags, rules and the password stay as they are now.",
    backButton: "Go back",
    done: (version: number): string => `The link is as in version ${number(version)}`,
    conflict: "Somebody changed the link meanwhile. This is its new history; nothing of yours was saved.",
    truncated: "Earlier versions are not shown.",
    changes: {
      created: "Created, leads to",
      oldest: "Earlier than what is shown here. Led to",
      moved: "Moved",
      target: "Target",
      disabled: "Disabled",
      enabled: "Enabled",
      deleted: "Deleted",
      restored: "Restored",
      unblocked: "Block lifted",
      blocked: (reason: string): string => `Blocked: ${reason}`,
      reason: (reason: string): string => `New reason of the block: ${reason}`,
      others: "Other settings changed",
      owner: "Owner changed",
    },
    from: "from",
    to: "to",
  },
};

const edit = {
  title: (alias: string): string => `Edit ${alias}`,
  newTitle: "New link",
  target: "Target",
  targetHint: "Where visitors go. {path}, {query.name} and {date} are filled in for each visit.",
  targetPlaceholder: "Paste a long address",
  alias: "Alias",
  aliasHint: "Empty: hop makes one.",
  aliasHintEditing: "Another alias moves the link there.",
  domain: "Domain",
  keepOldAlias: (old: string): string => `Keep ${old} redirecting`,
  keepOldAliasHint: "Otherwise visitors of the old alias see that it has ended.",
  reuse: "Take over this alias",
  reuseHint: "It belonged to a link that was deleted or moved. Old copies of it will lead here.",
  create: "Create link",
  save: "Save changes",
  leave: "Leave",
  saveKey: "Ctrl ↵",
  unsaved: "Unsaved changes are kept in this tab.",
  nothingChanged: "Nothing has changed.",
  created: (url: string): string => `${url} is ready`,
  saved: (alias: string): string => `Saved ${alias}`,
  sections: {
    details: "Title, tags and note",
    campaign: "Campaign parameters (UTM)",
    rules: "Rules for different visitors",
    time: "Start, end and limit",
    access: "Password and confirmation",
    redirect: "Redirect and forwarding",
    card: "Card in chats and social networks",
    system: "Owner, robots and other systems",
  },
  linkTitle: "Title",
  linkTitleHint: "For you and your team. Visitors do not see it.",
  tags: "Tags",
  tagsHint: "At most ten. Enter or a comma adds one.",
  note: "Note",
  noteHint: "For you and your team.",
  externalId: "Identifier in another system",
  campaignHint: "These are parameters of the target. Changing one changes the target above.",
  utm: {
    utm_source: "Source",
    utm_medium: "Medium",
    utm_campaign: "Campaign",
    utm_term: "Term",
    utm_content: "Content",
    utm_id: "ID",
  },
  startsAt: "Starts",
  startsHint: "Before that, visitors see “not found”.",
  endsAt: "Ends",
  endsHint: "After that, visitors go to the fallback, or see that the link has ended.",
  zone: (zone: string): string => `Times are in your time zone, ${zone.replaceAll("_", " ")}.`,
  skipped: (meant: string): string => `Clocks go forward then, so this time does not exist. ${meant} is meant.`,
  repeated: "Clocks go back then, so this time comes twice. The first one is meant.",
  maxClicks: "Limit of clicks",
  maxClicksHint: (most: number | null): string =>
    most === null
      ? "After so many people the link is used up. Another number starts a new count."
      : `At most ${number(most)} here. After so many people the link is used up. Another number starts a new count.`,
  fallback: "Fallback",
  fallbackHint: "Where visitors go when the link has ended, is used up or is disabled.",
  disabled: "Disabled",
  disabledHint: "The link has ended until it is enabled again.",
  password: "Password",
  passwordHint: "At least 12 characters. Visitors enter it before they are redirected. It is never shown again.",
  passwordKeep: "Keep the password",
  passwordSet: "Set a new password",
  passwordRemove: "Remove the password",
  passwordChoice: "Password of the link",
  passwordNone: "No password",
  passwordAgain: "The password was not kept with your other changes. Enter it again.",
  confirm: "Ask visitors to confirm",
  confirmHint: "A page shows them the target first.",
  redirectStatus: "Status of the redirect",
  statuses: {
    "302": "302 Found",
    "301": "301 Moved permanently",
    "307": "307 Temporary redirect",
    "308": "308 Permanent redirect",
  },
  statusHints: {
    "302": "The normal one: browsers ask again each time, so that edits reach everybody and every click counts.",
    "301": "Browsers may remember it for long: later edits miss them, and their clicks are not counted.",
    "307": "Like 302, but a form that is sent to the link is sent on to the target.",
    "308": "Like 301, but a form that is sent to the link is sent on to the target.",
  },
  forwardQuery: "Query of the visitor",
  forwardQueries: {
    off: "Drop it",
    target_wins: "Pass it on; the target wins",
    visitor_wins: "Pass it on; the visitor wins",
  },
  forwardQueryHint: "Who wins if both have a parameter of the same name.",
  forwardPath: "Pass on the path behind the alias",
  forwardPathHint: (shortUrl: string): string => `${shortUrl}/more goes to /more below the target.`,
  cardTitle: "Title of the card",
  cardDescription: "Description",
  cardImage: "Address of an image",
  cardPreview: "Preview of the card",
  cardNoTitle: "No title",
  cardImageOf: "Image:",
  cardNoImage: "No image",
  strict: "Always read the store",
  strictHint: "Edits reach everybody at once. Redirects take a little longer.",
  crawlable: "Let robots follow the link",
  owner: "Owner",
  nobody: "Nobody",
  ownerLoading: "Loading the users…",
  refused: {
    viewerTitle: "You can look, but not change",
    viewer: "Viewers see links and their statistics. Ask an admin of this deployment for the role of an editor.",
    otherTitle: "This link belongs to somebody else",
    other: "Editors change their own links. Ask its owner or an admin to change it, or to hand it over to you.",
    blockedTitle: "This link is blocked",
    blocked: "An admin has blocked it. Only admins change a blocked link.",
    deletedTitle: "This link is deleted",
    deleted: "Restore it first; then you can edit it.",
    toLink: "Go to the link",
  },
  problems: {
    forbidden: "You may not change this link. Its owner or an admin can. Your input is still here.",
    alias_taken: "This alias is taken. Choose another one.",
    alias_retired: "This alias belonged to another link. Choose another one, or take it over.",
  },
  draft: {
    title: (when: string): string => `You have unsaved changes from ${when}`,
    older: "The link was changed after you made them. You can compare both versions when you save.",
    other: "They are from another new link.",
    restore: "Restore",
    discard: "Discard",
    restored: (when: string): string => `Your unsaved changes from ${when} are restored.`,
  },
  conflict: {
    title: "Somebody changed this link meanwhile",
    hint: "Nothing is saved yet. Choose what to keep. Where only one of you made a change, it is chosen already.",
    field: "Field",
    before: "Before",
    mine: "Yours",
    theirs: "Theirs",
    allMine: "All of yours",
    allTheirs: "All of theirs",
    save: "Save the chosen version",
    none: "empty",
    choose: (field: string, side: string): string => `${field}: ${side}`,
    rules: (rules: number): string => count(rules, "rule", "rules"),
    same: "No field differs, but the link has a new version. Saving sets your password.",
    yes: "yes",
    no: "no",
  },
  rules: {
    hint: "The first rule that holds decides. Everybody else goes to the target.",
    add: "Add a rule",
    none: "No rules: everybody goes to the target.",
    most: "A link has at most 20 rules.",
    rule: (position: number): string => `Rule ${position}`,
    edit: (position: number): string => `Edit rule ${position}`,
    done: "Done",
    up: (position: number): string => `Move rule ${position} up`,
    down: (position: number): string => `Move rule ${position} down`,
    remove: (position: number): string => `Remove rule ${position}`,
    removed: (position: number): string => `Removed rule ${position}`,
    moved: (from: number, to: number): string => `Rule ${from} is now rule ${to}`,
    moveKeys: "Alt with ↑ or ↓ moves the rule that has the focus.",
    target: "Go to",
    condition: "Condition",
    conditions: "All of these hold",
    addCondition: "Add a condition",
    removeCondition: (what: string): string => `Remove the condition on ${what}`,
    types: {
      country: "Country",
      language: "Language",
      device: "Device",
      os: "System",
      browser: "Browser",
      query: "Parameter of the query",
      time: "Time of day",
      weekday: "Day of the week",
      address: "Address",
      split: "Share of the visitors",
    },
    countryHint: "Type a country, then Enter.",
    languageHint: "A language such as German, or a tag such as pt-BR.",
    addressHint: "A block such as 192.0.2.0/24, or one address.",
    parameter: "Parameter",
    test: "Test",
    tests: { present: "is there", absent: "is not there", equals: "is exactly" },
    value: "Value",
    from: "From",
    until: "Until",
    zone: "Time zone",
    zoneHint: "Such as Europe/Berlin or +01:00",
    percent: "Percent",
    percentHint: "The same visitor is always on the same side.",
    saveFirst: "Save the link to try it as a visitor.",
  },
};

const chips = {
  remove: (label: string): string => `Remove ${label}`,
  added: (label: string): string => `Added ${label}`,
  removed: (label: string): string => `Removed ${label}`,
};

const rules = {
  title: "Rules",
  if: "If ",
  is: " is ",
  isNot: " is not ",
  isIn: " is in ",
  isNotIn: " is not in ",
  and: " and ",
  or: " or ",
  comma: ", ",
  butNot: ", not ",
  for: "for ",
  forFirst: "For ",
  of: " of ",
  ofThese: " of these visitors",
  ofAll: " of the visitors",
  isAmong: "the visitor is among ",
  isNotAmong: "the visitor is not among ",
  always: "Always",
  goTo: ", go to ",
  noTarget: "no target yet",
  nothing: "nothing yet",
  unknown: "unknown",
  parameter: "the parameter ",
  hasParameter: "the query has ",
  hasNoParameter: "the query does not have ",
  quoted: (value: string): string => `“${value}”`,
  fromTo: (from: string, to: string): string => `from ${from} until ${to}`,
  inZone: (zone: string): string => ` (${zone.replaceAll("_", " ")})`,
  others: (others: number): string => count(others, "other", "others"),
  people: (people: number): string => count(people, "person", "people"),
  names: {
    country: "country",
    device: "device",
    os: "system",
    browser: "browser",
    language: "language",
    query: "query",
    time: "time",
    weekday: "day",
    address: "address",
    split: "share",
  },
  devices: { mobile: "phone", tablet: "tablet", desktop: "computer" },
  systems: { ios: "iOS", android: "Android", windows: "Windows", macos: "macOS", linux: "Linux" },
  browsers: { chrome: "Chrome", firefox: "Firefox", safari: "Safari", edge: "Edge", opera: "Opera" },
  days: {
    mon: "Monday",
    tue: "Tuesday",
    wed: "Wednesday",
    thu: "Thursday",
    fri: "Friday",
    sat: "Saturday",
    sun: "Sunday",
  },
};

const explain = {
  title: "Try as a visitor",
  hint: "The same decision as for a real visitor. Nothing is counted.",
  savedOnly: "This tries the saved version. Your changes are not in it yet.",
  country: "Country",
  anyCountry: "Unknown",
  agent: "Device",
  agents: {
    iphone: "iPhone, Safari",
    android: "Android phone, Chrome",
    ipad: "iPad, Chrome",
    windows: "Windows PC, Edge",
    mac: "Mac, Safari",
    linux: "Linux PC, Firefox",
    bot: "Bot of a search engine",
    preview: "Link preview of a chat",
    none: "Nothing said (no user agent)",
    other: "Another user agent",
  },
  customAgent: "User agent",
  language: "Language",
  languageHint: "As browsers send it: de-AT, en;q=0.5",
  time: "Time",
  timeHint: (zone: string): string => `Empty: now. Your time zone: ${zone}`,
  address: "Address",
  addressHint: "IPv4 or IPv6",
  path: "Path",
  pathHint: "What follows the alias: /a/b",
  query: "Query",
  queryHint: "What follows the ?: ref=mail",
  more: "More about the visit",
  unlocked: "Has entered the password",
  confirmed: "Has confirmed",
  prefetch: "The browser loads the link in advance",
  head: "Asks for the headers only (HEAD)",
  result: "Result",
  trying: "Trying…",
  status: (status: number): string => `Status ${status}`,
  answers: {
    redirect: "Goes to",
    fallback: "The link does not work for this visitor, who goes to its fallback",
    domain: "The link does not work for this visitor, who goes to a page of the domain",
    ended: "Sees a page that says that the link has ended",
    not_yet: "Sees “not found”, because the link has not started",
    no_such_path: "Sees “not found”, because the link does not forward a path",
    card: "Gets the card, and no redirect",
    password: "Is asked for the password",
    confirmation: "Is asked to confirm before going on",
    person: "Sees a page that only people can pass, because the link has a limit of clicks",
    not_ahead: "Is refused, because the browser loads the link in advance and the link has a limit of clicks",
    blocked_target: "Sees a warning, because the target is on the blocklist or is another link shortener",
  },
  noRules: "The link has no rules: everybody goes to its target.",
  noRule: "No rule holds, so the target of the link decides.",
  holds: "This rule holds",
  notTried: "Not tried, because an earlier rule holds",
  because: "Because ",
  rule: (position: number): string => `Rule ${position}`,
  verdicts: { holds: "holds", fails: "fails", not_tried: "not tried" },
  counted: {
    humans: "Counts as a person.",
    bots: "Counts as a bot.",
    previews: "Counts as a preview.",
    none: "Is not counted.",
  },
  spends: "Uses up one of the clicks.",
  kinds: { human: "a person", bot: "a bot", preview: "a link preview" },
  seenAs: (what: string): string => `hop sees ${what}.`,
  reason: (word: string): string => `Recognised by “${word}”.`,
  reasons: {
    no_user_agent: "It sends no user agent.",
    no_browser_name: "Its user agent names no browser.",
    contact_address: "Its user agent has a contact address, as those of programs have.",
    no_engine: "Its user agent names no engine, as browsers do.",
    engine_remark: "Its user agent differs from that of a browser.",
    prefetch: "A browser loads the link before its user opens it.",
    no_sec_fetch: "It does not send what current browsers send.",
    hosting_network: "It comes from the network of a hosting company.",
  } as Record<string, string>,
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
  chart,
  link,
  edit,
  chips,
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
