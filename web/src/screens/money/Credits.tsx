/** Not built yet. */
export default function Credits() {
  return null;
}
