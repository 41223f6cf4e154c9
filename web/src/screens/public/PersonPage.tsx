/** Not built yet. */
export default function PersonPage() {
  return null;
}
