/** Not built yet. */
export default function Privacy() {
  return null;
}
