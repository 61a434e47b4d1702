/** Splits like a POSIX shell without expansions: quotes group, a backslash takes the next character as it is. */
export function splitWords(text: string): readonly string[] {
  const words = text.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs);
  return [...words].map(([word]) => unquote(word));
}

function unquote(word: string): string {
  return word.replaceAll(/\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gs, (_, escaped, double, single) => {
    if (escaped !== undefined) return escaped;
    return double === undefined ? single : double.replaceAll(/\\(["\\$`])/g, "$1");
  });
}
