/** Not built yet. */
export default function NotFound() {
  return null;
}
