/** Not built yet. */
export default function SignedIn() {
  return null;
}
