/** Not built yet. */
export default function Pay() {
  return null;
}
