/** Not built yet. */
export default function Admin() {
  return null;
}
