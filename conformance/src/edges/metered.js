// hop as it is built, with a header that reports how many rows the database read for the response, and with counts of
// what all requests and the objects of the ledger have used. For tests only.
import Hop, { Ledger as HopLedger } from "{worker}";
export { PasswordHasher } from "{worker}";

/** The operations since the counts were last read. The Worker and its objects share this isolate. */
let used = {};

function count(operation, times = 1) {
  used[operation] = (used[operation] ?? 0) + times;
}

/** The statement that fails in the next transaction with as many statements, counted from 1; 0 if none fails. */
let failing = 0;

/** hop checks the class name of a binding. */
class D1Database {
  constructor(database, meter) {
    Object.assign(this, { database, meter });
  }

  withSession(constraint) {
    return new Session(this.database.withSession(constraint), this.meter);
  }
}

class Session {
  constructor(session, meter) {
    Object.assign(this, { session, meter });
  }

  prepare(sql) {
    return new Statement(this.session.prepare(sql), this.meter);
  }

  async batch(statements) {
    const results = await this.session.batch(statements.map(({ statement }) => statement));
    results.forEach(({ meta }) => this.meter.add(meta));
    return results;
  }
}

class Statement {
  constructor(statement, meter) {
    Object.assign(this, { statement, meter });
  }

  bind(...values) {
    return new Statement(this.statement.bind(...values), this.meter);
  }

  /** The rows as arrays. D1's own raw() returns no meta, so they are made from the result of all(). */
  async raw() {
    const { results, meta } = await this.statement.all();
    this.meter.add(meta);
    return results.map(Object.values);
  }
}

class Meter {
  rows = 0;
  statements = 0;

  add(meta) {
    if (!Number.isInteger(meta.rows_read)) throw new Error("D1 does not report how many rows it read");
    this.rows += meta.rows_read;
    this.statements += 1;
    count("statements");
  }
}

/** hop checks the class name of a binding. */
class DurableObjectNamespace {
  constructor(objects) {
    this.objects = objects;
  }

  getByName(name) {
    const stub = this.objects.getByName(name);
    return {
      fetch(request) {
        count("ledger_requests");
        return stub.fetch(request);
      },
    };
  }
}

class KvNamespace {
  constructor(namespace) {
    this.namespace = namespace;
  }

  get(...args) {
    count("salt_reads");
    return this.namespace.get(...args);
  }
}

/** The object as it is built, on a storage that counts. */
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

class Storage {
  /** The number of statements in the running transaction; NaN if none runs. */
  statements = NaN;

  constructor(storage) {
    this.storage = storage;
    this.sql = { exec: (...args) => this.exec(...args) };
  }

  exec(...args) {
    this.statements += 1;
    if (this.statements === failing) {
      failing = 0;
      count("failures");
      throw new Error("the disk is full");
    }
    const cursor = this.storage.sql.exec(...args);
    if (cursor.rowsWritten > 0) count("rows_written", cursor.rowsWritten);
    return cursor;
  }

  transactionSync(work) {
    this.statements = 0;
    try {
      return this.storage.transactionSync(work);
    } finally {
      this.statements = NaN;
    }
  }

  getAlarm(...args) {
    return this.storage.getAlarm(...args);
  }

  setAlarm(...args) {
    count("alarms_set");
    return this.storage.setAlarm(...args);
  }
}

/** Reads the counts and begins anew. */
function takeCounts() {
  const taken = used;
  used = {};
  return Response.json(taken);
}

export default {
  async fetch(request, env, context) {
    if (request.headers.has("X-Take-Counts")) return takeCounts();
    if (request.headers.has("X-Fail-Statement")) failing = Number(request.headers.get("X-Fail-Statement"));
    const meter = new Meter();
    const metered = Object.assign(Object.create(env), {
      DB: new D1Database(env.DB, meter),
      LEDGER: new DurableObjectNamespace(env.LEDGER),
      SALTS: new KvNamespace(env.SALTS),
    });
    const response = await new Hop(context, metered).fetch(request);
    const headers = new Headers(response.headers);
    headers.set("X-Rows-Read", `${meter.rows} by ${meter.statements} statements`);
    return new Response(response.body, { status: response.status, headers });
  },
};
