/** Not built yet. */
export default function Deals() {
  return null;
}
