// A stub of D1: it is empty, and every write succeeds.
const RESULT = {
  success: true,
  meta: { changes: 1, duration: 0, rows_read: 0, rows_written: 1, last_row_id: 0, changed_db: true, size_after: 0 },
  results: { columns: [], rows: [] },
};

export default {
  async fetch(request) {
    const queries = await request.json();
    return Response.json(Array.isArray(queries) ? queries.map(() => RESULT) : RESULT);
  },
};
