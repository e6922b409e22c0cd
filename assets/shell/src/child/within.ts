/** Thrown when something took too long. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/**
 * Waits for `work` for so many milliseconds, or until `outer` is aborted. The signal tells `work` that nobody waits for
 * it any more.
 */
export async function within<T>(
  milliseconds: number,
  what: string,
  work: (signal: AbortSignal) => T | Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  outer?.throwIfAborted();
  const end = new AbortController();
  const signal = outer ? AbortSignal.any([outer, end.signal]) : end.signal;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TimeoutError(`${what} within ${milliseconds / 1000} seconds`)),
      milliseconds,
    );
    outer?.addEventListener("abort", () => reject(outer.reason), { signal: end.signal });
  });
  try {
    return await Promise.race([work(signal), late]);
  } finally {
    clearTimeout(timer);
    end.abort();
  }
}
