/** Thrown when something took too long. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** Waits this many milliseconds for `work`. The signal notifies `work` that its result is no longer needed. */
export async function within<T>(
  milliseconds: number,
  what: string,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const end = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TimeoutError(`${what} within ${milliseconds / 1000} seconds`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work(end.signal), late]);
  } finally {
    clearTimeout(timer);
    end.abort();
  }
}
