/** Shorter names are too close to everything. */
const MIN_LENGTH = 3;

/**
 * The known name that was probably meant: a longer or shorter form of the one given, or the same but
 * for one letter that is wrong, missing, too many, or swapped with its neighbour. Two would turn
 * `min…` into `max…`.
 */
export function closestName(given: string, knownNames: readonly string[]): string | undefined {
  if (given.length < MIN_LENGTH) return undefined;
  const wanted = given.toLowerCase();
  const isForm = (name: string): boolean => name.startsWith(wanted) || wanted.startsWith(name);
  return (
    knownNames.find((name) => isForm(name.toLowerCase())) ??
    knownNames.find((name) => isOneSlipApart(name.toLowerCase(), wanted))
  );
}

function isOneSlipApart(a: string, b: string): boolean {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const rest = a.slice(same);
  const otherRest = b.slice(same);
  const isSwapped = rest[0] === otherRest[1] && rest[1] === otherRest[0];
  return (
    rest.slice(1) === otherRest ||
    rest === otherRest.slice(1) ||
    rest.slice(1) === otherRest.slice(1) ||
    (isSwapped && rest.slice(2) === otherRest.slice(2))
  );
}
