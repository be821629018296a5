// hop as it is built, telling in a header how many rows its database read for the answer. Only tests run it.
import Hop from "{worker}";

/** Hop asks a binding for the name of its class. */
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

  /** The rows as arrays, which come without their meta: so they are made of what comes with it. */
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
    if (!Number.isInteger(meta.rows_read)) throw new Error("D1 does not say how many rows it read");
    this.rows += meta.rows_read;
    this.statements += 1;
  }
}

export default {
  async fetch(request, env, context) {
    const meter = new Meter();
    const metered = Object.assign(Object.create(env), { DB: new D1Database(env.DB, meter) });
    const answer = await new Hop(context, metered).fetch(request);
    const headers = new Headers(answer.headers);
    headers.set("X-Rows-Read", `${meter.rows} by ${meter.statements} statements`);
    return new Response(answer.body, { status: answer.status, headers });
  },
};
