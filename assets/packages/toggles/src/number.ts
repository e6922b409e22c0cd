/**
 * A number of DynamoDB, which has up to 38 digits, as a JavaScript number if that is the same number, and otherwise as
 * its text. A silently rounded value is a wrong value; a text is a type mismatch to whoever asks for a number.
 */
export function exactNumber(text: string): number | string {
  const number = Number(text);
  return Number.isFinite(number) && decimal(String(number)) === decimal(text) ? number : text;
}

/** The same text for the same number: `1.50`, `15E-1` and `1.5` are all `15e-1`. */
function decimal(text: string): string | undefined {
  const parts = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text.trim());
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts ?? [];
  if (whole + fraction === "") {
    return undefined;
  }
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") {
    return "0";
  }
  const scale = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign === "-" ? "-" : ""}${significant}e${scale}`;
}
