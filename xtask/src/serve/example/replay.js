// hop as it is built, behind a clock that can be set: replays requests as if they had been sent earlier. Only
// `cargo xtask serve --example-data` runs this, on this machine; it is no part of a deployment.
import Hop, { Ledger as HopLedger } from "{worker}";
export { PasswordHasher } from "{worker}";

const RealDate = Date;
const realSetTimeout = setTimeout;
const realClearTimeout = clearTimeout;

/** The time that hop sees, in milliseconds; the real one before the first replay. */
let time;

globalThis.Date = class extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(globalThis.Date.now());
    else super(...values);
  }
  static now() {
    return time ?? RealDate.now();
  }
};

/** The timers of the running replay by their numbers. hop waits for more clicks: they ring at the end of the replay. */
let timers;
let lastTimer = 0;

globalThis.setTimeout = (work, delay, ...values) => {
  if (!timers) return realSetTimeout(work, delay, ...values);
  lastTimer -= 1;
  timers.set(lastTimer, () => work(...values));
  return lastTimer;
};

globalThis.clearTimeout = (timer) => {
  if (timer < 0) timers?.delete(timer);
  else realClearTimeout(timer);
};

// Between two visits of a link more time has passed than its cached copy is good for, so each of them would read the
// database. That takes most of the time of a visit. The data centre's cache is therefore empty, and what visits read is
// kept here until the link is written. The set-up is over by then, and nothing else that they read changes.
const emptyCache = { match: async () => undefined, put: async () => undefined, delete: async () => false };
Object.defineProperty(globalThis, "caches", { value: { open: async () => emptyCache } });

/** The rows of the queries of visits, by the values of the query, as JSON, and its text. */
const rows = new Map();
let isVisit = false;

/** hop checks the class name of a binding. */
class D1Database {
  constructor(database) {
    this.database = database;
  }
  withSession(constraint) {
    const session = this.database.withSession(constraint);
    return {
      prepare: (sql) => new Statement(session.prepare(sql), sql, []),
      batch: (statements) => {
        for (const { values } of statements) forget(values[0]);
        return session.batch(statements.map(({ statement }) => statement));
      },
    };
  }
}

/** Forgets the rows of this record. */
function forget(key) {
  if (!key.startsWith("link/")) return;
  for (const query of rows.keys()) if (query.includes(key)) rows.delete(query);
}

class Statement {
  constructor(statement, sql, values) {
    Object.assign(this, { statement, sql, values });
  }
  bind(...values) {
    return new Statement(this.statement.bind(...values), this.sql, values);
  }
  async raw() {
    if (!isVisit || !this.sql.startsWith("SELECT")) return this.statement.raw();
    const query = `${JSON.stringify(this.values)} ${this.sql}`;
    if (!rows.has(query)) rows.set(query, await this.statement.raw());
    return rows.get(query);
  }
  run() {
    return this.statement.run();
  }
}

/** The object as it is built, with alarms that the real clock rings. */
export class Ledger {
  constructor(state, env) {
    this.storage = new Storage(state.storage);
    this.hop = new HopLedger({ storage: this.storage }, env);
  }
  fetch(request) {
    return this.hop.fetch(request);
  }
  alarm() {
    this.storage.isRinging = false;
    return this.hop.alarm();
  }
}

class Storage {
  /** The day of the last alarm that rang at once. On a new one the ledger makes the salts of unique visitors. */
  day;
  /** Whether an alarm is about to ring. */
  isRinging = false;

  constructor(storage) {
    this.storage = storage;
    this.sql = storage.sql;
  }
  transactionSync(work) {
    return this.storage.transactionSync(work);
  }
  getAlarm(options) {
    return this.storage.getAlarm(options);
  }
  /** Rings at once what is due now, and once a day what is due soon. Everything else waits in real time. */
  async setAlarm(moment, options) {
    const [wait, day] = [Number(moment) - Date.now(), Math.floor(Date.now() / 86_400_000)];
    const isDue = wait <= 0 || (day !== this.day && wait < 3_600_000);
    if (!isDue && this.isRinging) return;
    if (isDue) [this.day, this.isRinging] = [day, true];
    await this.storage.setAlarm(RealDate.now() + (isDue ? 0 : wait), options);
  }
}

/** Handles one request after the other, each at its time, and returns their responses. */
async function replay(requests, env) {
  const background = [];
  const hop = {
    env: Object.assign(Object.create(env), { DB: new D1Database(env.DB) }),
    ctx: { waitUntil: (work) => background.push(work) },
  };
  const responses = [];
  timers = new Map();
  for (const { at, url, ...init } of requests) {
    [time, isVisit] = [at, !init.body];
    const response = await Hop.prototype.fetch.call(hop, new Request(url, { ...init, redirect: "manual" }));
    responses.push({ status: response.status, body: init.body ? await response.text() : "" });
  }
  isVisit = false;
  let isDone = false;
  const finish = async () => {
    while (background.length > 0) await Promise.all(background.splice(0));
    isDone = true;
  };
  const finished = finish();
  while (!isDone) {
    for (const [timer, work] of timers) {
      timers.delete(timer);
      work();
    }
    await new Promise((resolve) => realSetTimeout(resolve, 1));
  }
  await finished;
  timers = undefined;
  return responses;
}

export default {
  async fetch(request, env, context) {
    if (!request.headers.has("X-Replay")) return new Hop(context, env).fetch(request);
    return Response.json(await replay(await request.json(), env));
  },
};
