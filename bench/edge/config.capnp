# hop and the Workers it is compared with. `cargo xtask bench` copies this folder and the built modules to target/bench
# and starts workerd there: with all three in one process (`config`), or with one alone in a fresh process.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "hop", worker = .hop),
    (name = "redirect", worker = .redirect),
    (name = "empty", worker = .empty),
    (name = "cache", worker = .cache),
    (name = "kv", worker = .kv),
    (name = "d1", worker = .d1),
    (name = "salts", worker = .salts),
    (name = "objects", disk = (path = "objects", writable = true)),
  ],
  sockets = [
    (name = "hop", http = (), service = "hop"),
    (name = "redirect", http = (), service = "redirect"),
    (name = "empty", http = (), service = "empty"),
  ],
);

const hopAlone :Workerd.Config = (
  services = [
    (name = "hop", worker = .hop),
    (name = "cache", worker = .cache),
    (name = "d1", worker = .d1),
    (name = "salts", worker = .salts),
    (name = "objects", disk = (path = "objects", writable = true)),
  ],
  sockets = [(name = "alone", http = (), service = "hop")],
);

const redirectAlone :Workerd.Config = (
  services = [(name = "redirect", worker = .redirect), (name = "kv", worker = .kv)],
  sockets = [(name = "alone", http = (), service = "redirect")],
);

const emptyAlone :Workerd.Config = (
  services = [(name = "empty", worker = .empty)],
  sockets = [(name = "alone", http = (), service = "empty")],
);

# As `wrangler deploy` uploads it, with its bindings as wrangler.toml names them. Only the API needs ASSETS.
const hop :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "hop/index.js"),
    (name = "index_bg.wasm", wasm = embed "hop/index_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "HOP_DOMAINS", text = "http://hop.example"),
    (name = "HOP_ADMIN_KEY", text = "an-admin-key-only-for-the-benchmark"),
    (name = "HOP_PEPPER", text = "a-pepper-that-only-benchmarks-know"),
    # A cached link is fresh for half of this: longer than a run takes.
    (name = "HOP_FRESH_SECONDS", text = "3600"),
    # D1 is JavaScript of the runtime around a service that runs the queries.
    (name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "d1")])),
    (name = "LEDGER", durableObjectNamespace = "Ledger"),
    (name = "SALTS", kvNamespace = "salts"),
  ],
  # The ledger is real, and on disk.
  durableObjectNamespaces = [(className = "Ledger", uniqueKey = "ledger", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
  cacheApiOutbound = "cache",
);

const redirect :Workerd.Worker = (
  modules = [(name = "redirect.js", esModule = embed "redirect.js")],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "LINKS", kvNamespace = "kv")],
);

const empty :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "empty/index.js"),
    (name = "index_bg.wasm", wasm = embed "empty/index_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
);

const cache :Workerd.Worker = (
  modules = [(name = "cache.js", esModule = embed "cache.js")],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "CACHED_LINK", fromEnvironment = "HOP_CACHED_LINK")],
);

const kv :Workerd.Worker = (
  modules = [(name = "kv.js", esModule = embed "kv.js")],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "CACHED_LINK", fromEnvironment = "HOP_CACHED_LINK")],
);

const d1 :Workerd.Worker = (
  modules = [(name = "d1.js", esModule = embed "d1.js")],
  compatibilityDate = "2026-11-01",
);

const salts :Workerd.Worker = (
  modules = [(name = "salts.js", esModule = embed "salts.js")],
  compatibilityDate = "2026-11-01",
);
