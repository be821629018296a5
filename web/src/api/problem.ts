import type { components } from "./schema";

type Problem = components["schemas"]["Problem"];
export type FieldError = components["schemas"]["FieldError"];

/** The code of a problem of the API, or of a request that got no readable answer. */
export type ProblemCode = Problem["code"] | "offline" | "slow" | "unreadable";

/** A request that failed: a problem document of the API, or no answer at all. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly code: ProblemCode,
    readonly status: number,
    detail: string,
    readonly requestId: string | null = null,
    readonly errors: readonly FieldError[] = [],
    /** Seconds after which the request may be sent again. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }

  static offline(): ApiProblem {
    return new ApiProblem("offline", 0, "");
  }

  static slow(): ApiProblem {
    return new ApiProblem("slow", 0, "");
  }

  static signedOut(): ApiProblem {
    return new ApiProblem("unauthenticated", 401, "");
  }

  /** The problem of a response that is no success. A proxy may answer with something other than a problem document. */
  static async of(response: Response): Promise<ApiProblem> {
    const requestId = response.headers.get("x-request-id");
    const retryAfter = secondsOf(response.headers.get("retry-after"));
    const body: unknown = await response.json().catch(() => null);
    if (!isProblem(body)) return new ApiProblem("unreadable", response.status, "", requestId, [], retryAfter);
    return new ApiProblem(body.code, response.status, body.detail, requestId, body.errors ?? [], retryAfter);
  }

  /** The first error of the field with this JSON Pointer, or of a field inside it. */
  at(pointer: string): FieldError | undefined {
    return this.errors.find((error) => error.field === pointer || error.field.startsWith(`${pointer}/`));
  }
}

/** Any thrown value as a problem. A bug of the page becomes `unreadable`. */
export function asProblem(error: unknown): ApiProblem {
  return error instanceof ApiProblem
    ? error
    : new ApiProblem("unreadable", 0, error instanceof Error ? error.message : "");
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}

function secondsOf(header: string | null): number | null {
  const seconds = Number(header);
  return header !== null && Number.isFinite(seconds) ? seconds : null;
}
