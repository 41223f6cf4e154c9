/** Not built yet. */
export default function Terms() {
  return null;
}
