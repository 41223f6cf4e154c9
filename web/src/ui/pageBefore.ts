/** The page from which somebody came, so that Back finds its search and filters again. */

let before = "";
let shown = "";

/** Notes which address is shown now, as a path with its search. */
export function noteAddress(address: string): void {
  if (address === shown) return;
  before = shown;
  shown = address;
}

/** Returns the address of a page as it was when it was left for this one; else the address as it is given. */
export function withItsSearch(path: string): string {
  return before.split("?")[0] === path ? before : path;
}
