/** A text in lines of at most `columns` characters, broken between words; its own line breaks stay. Unbroken where `columns` is not known. */
export function wrapped(text: string, columns: number | undefined): readonly string[] {
  const lines = text.split("\n");
  return columns === undefined ? lines : lines.flatMap((line) => wrappedLine(line, columns));
}

function wrappedLine(line: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of line.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
