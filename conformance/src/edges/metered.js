// hop as it is built, with a header that reports how many rows the database read for the response. For tests only.
import Hop from "{worker}";

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
  }
}

export default {
  async fetch(request, env, context) {
    const meter = new Meter();
    const metered = Object.assign(Object.create(env), { DB: new D1Database(env.DB, meter) });
    const response = await new Hop(context, metered).fetch(request);
    const headers = new Headers(response.headers);
    headers.set("X-Rows-Read", `${meter.rows} by ${meter.statements} statements`);
    return new Response(response.body, { status: response.status, headers });
  },
};
