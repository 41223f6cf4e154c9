/** Not built yet. */
export default function Erasure() {
  return null;
}
