/** What an attribute of `undefined` leaves out. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with what is in it; texts stay texts. */
export function element(name: string, attributes: Attributes, ...content: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, String(value));
  made.append(...content);
  return made;
}

/** Stands for something that the program will draw. */
export const shape = (className: string): HTMLElement => element('span', { class: `st-first-shape ${className}` });

/** Room for an icon. */
export const icon = (): HTMLElement => element('span', { class: 'st-first-icon', 'aria-hidden': true });
