/** Returns a signal that ends a request after some milliseconds; browsers before 2022 have none of their own. */
export function within(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}
