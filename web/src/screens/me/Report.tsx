/** Not built yet. */
export default function Report() {
  return null;
}
