/** Not built yet. */
export default function SignIn() {
  return null;
}
