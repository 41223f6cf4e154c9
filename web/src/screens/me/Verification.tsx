/** Not built yet. */
export default function Verification() {
  return null;
}
