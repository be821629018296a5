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

/** The timers of the running replay by their numbers. hop waits for more clicks; here it waits for the end of the replay. */
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

// Between two visits of a link more time has passed than its cached copy is good for. So the cache of the data centre is
// empty, and what was read from the database is kept until something is written: both take most of the time of a visit.
const emptyCache = { match: async () => undefined, put: async () => undefined, delete: async () => false };
Object.defineProperty(globalThis, "caches", { value: { open: async () => emptyCache } });

let read = new Map();

/** hop checks the class name of a binding. */
class D1Database {
  constructor(database) {
    this.database = database;
  }
  withSession(constraint) {
    const session = this.database.withSession(constraint);
    return {
      prepare: (sql) => new Statement(session.prepare(sql), sql),
      batch: (statements) => {
        read = new Map();
        return session.batch(statements.map(({ statement }) => statement));
      },
    };
  }
}

class Statement {
  constructor(statement, name) {
    Object.assign(this, { statement, name });
  }
  bind(...values) {
    return new Statement(this.statement.bind(...values), JSON.stringify([this.name, values]));
  }
  raw() {
    if (!this.name.startsWith('["SELECT')) read = new Map();
    if (!read.has(this.name)) read.set(this.name, this.statement.raw());
    return read.get(this.name);
  }
  run() {
    read = new Map();
    return this.statement.run();
  }
}

/** The object as it is built, with alarms that the real clock rings. */
export class Ledger {
  constructor(state, env) {
    this.hop = new HopLedger({ storage: new Storage(state.storage) }, env);
  }
  fetch(request) {
    return this.hop.fetch(request);
  }
  alarm() {
    return this.hop.alarm();
  }
}

/** How soon an alarm has to be due to ring at once, in milliseconds. Later ones wait in real time. */
const SOON = 3_600_000;

class Storage {
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
  setAlarm(moment, options) {
    const wait = Number(moment) - Date.now();
    return this.storage.setAlarm(RealDate.now() + (wait <= SOON ? 0 : wait), options);
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
    time = at;
    const response = await Hop.prototype.fetch.call(hop, new Request(url, { ...init, redirect: "manual" }));
    responses.push({ status: response.status, body: init.body ? await response.text() : "" });
  }
  const waiting = timers;
  timers = undefined;
  for (const work of waiting.values()) work();
  while (background.length > 0) await Promise.all(background.splice(0));
  return responses;
}

export default {
  async fetch(request, env, context) {
    if (!request.headers.has("X-Replay")) return new Hop(context, env).fetch(request);
    return Response.json(await replay(await request.json(), env));
  },
};
