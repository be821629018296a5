# hop and the Workers it is compared with. `cargo xtask bench` copies this folder and the built modules to target/bench
# and starts workerd there: with all of them in one process (`config`), or with one alone in a fresh process.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "hop", worker = .hop),
    (name = "ledger", worker = .ledger),
    (name = "objects", disk = (path = "objects", writable = true)),
    (name = "hopInstant", worker = .hopInstant),
    (name = "instant", worker = .instant),
    (name = "redirect", worker = .redirect),
    (name = "empty", worker = .empty),
    (name = "cache", worker = .cache),
    (name = "kv", worker = .kv),
    (name = "d1", worker = .d1),
    (name = "salts", worker = .salts),
  ],
  # The load generator sends the place of the visitor as the network of Cloudflare does, for `request.cf`.
  sockets = [
    (name = "hop", http = (cfBlobHeader = "CF-Blob"), service = "hop"),
    (name = "hopInstant", http = (cfBlobHeader = "CF-Blob"), service = "hopInstant"),
    (name = "redirect", http = (cfBlobHeader = "CF-Blob"), service = "redirect"),
    (name = "empty", http = (cfBlobHeader = "CF-Blob"), service = "empty"),
    (name = "ledger", http = (), service = "ledger"),
  ],
);

const hopAlone :Workerd.Config = (
  services = [
    (name = "hop", worker = .hopInstant),
    (name = "instant", worker = .instant),
    (name = "cache", worker = .cache),
    (name = "d1", worker = .d1),
    (name = "salts", worker = .salts),
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
  modules = .hopModules,
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "HOP_DOMAINS", text = .domains),
    (name = "HOP_ADMIN_KEY", text = .adminKey),
    (name = "HOP_PEPPER", text = .pepper),
    (name = "HOP_FRESH_SECONDS", text = .freshSeconds),
    (name = "DB", wrapped = .database),
    (name = "LEDGER", durableObjectNamespace = (className = "Ledger", serviceName = "ledger")),
    (name = "SALTS", kvNamespace = "salts"),
  ],
  cacheApiOutbound = "cache",
);

# The same with a ledger that replies at once.
const hopInstant :Workerd.Worker = (
  modules = .hopModules,
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "HOP_DOMAINS", text = .domains),
    (name = "HOP_ADMIN_KEY", text = .adminKey),
    (name = "HOP_PEPPER", text = .pepper),
    (name = "HOP_FRESH_SECONDS", text = .freshSeconds),
    (name = "DB", wrapped = .database),
    (name = "LEDGER", durableObjectNamespace = (className = "Ledger", serviceName = "instant")),
    (name = "SALTS", kvNamespace = "salts"),
  ],
  cacheApiOutbound = "cache",
);

const hopModules :List(Workerd.Worker.Module) = [
  (name = "index.js", esModule = embed "hop/index.js"),
  (name = "index_bg.wasm", wasm = embed "hop/index_bg.wasm"),
];

const domains :Text = "http://hop.example";
const adminKey :Text = "an-admin-key-only-for-the-benchmark";
const pepper :Text = "a-pepper-that-only-benchmarks-know";
# A cached link is fresh for half of this: longer than a run takes.
const freshSeconds :Text = "3600";
# D1 is JavaScript of the runtime around a service that runs the queries.
const database :Workerd.Worker.Binding.WrappedBinding =
  (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "d1")]);

# The objects of hop's ledger, on disk, in an isolate of their own.
const ledger :Workerd.Worker = (
  modules = [
    (name = "ledger.js", esModule = embed "ledger.js"),
    (name = "index.js", esModule = embed "hop/index.js"),
    (name = "index_bg.wasm", wasm = embed "hop/index_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "HOP_DOMAINS", text = .domains),
    (name = "HOP_ADMIN_KEY", text = .adminKey),
    (name = "HOP_PEPPER", text = .pepper),
    (name = "SALTS", kvNamespace = "salts"),
  ],
  durableObjectNamespaces = [(className = "Ledger", uniqueKey = "ledger", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
);

const instant :Workerd.Worker = (
  modules = [(name = "instant.js", esModule = embed "instant.js")],
  compatibilityDate = "2026-11-01",
  durableObjectNamespaces = [(className = "Ledger", uniqueKey = "instant")],
  durableObjectStorage = (inMemory = void),
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
