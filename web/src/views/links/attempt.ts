/** The `Idempotency-Key` of a creation: the same for the same input, so that a lost answer creates no second link. */
export class Attempt {
  private body = "";
  private key = "";

  keyOf(body: string): string {
    if (body !== this.body) {
      this.body = body;
      this.key = crypto.randomUUID();
    }
    return this.key;
  }

  /** The link was created: the same input is another link from now on. */
  finish(): void {
    this.body = "";
  }
}
