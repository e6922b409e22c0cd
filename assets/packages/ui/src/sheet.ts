/**
 * Creates a style sheet from text. It is a constructed one, for `adoptedStyleSheets`: the content security policy
 * refuses `<style>` elements and `style` attributes.
 */
export function sheet(css: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}
