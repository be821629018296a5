// The ledger of hop, which counts what its objects cost. A request to this Worker returns the sums so far.
import { Ledger as HopLedger } from "./index.js";

const sums = { requests: 0, rows_written: 0 };

export class Ledger {
  constructor(state, env) {
    const { sql } = state.storage;
    const exec = sql.exec.bind(sql);
    // A statement that writes has run when `exec` returns.
    sql.exec = (...query) => {
      const cursor = exec(...query);
      sums.rows_written += cursor.rowsWritten;
      return cursor;
    };
    this.ledger = new HopLedger(state, env);
  }

  fetch(request) {
    sums.requests += 1;
    return this.ledger.fetch(request);
  }

  alarm() {
    return this.ledger.alarm();
  }
}

export default {
  fetch: () => Response.json(sums),
};
