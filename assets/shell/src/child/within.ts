/** Thrown when something took too long. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** Waits for `work` for so many milliseconds. The signal tells `work` that nobody waits for it any more. */
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
