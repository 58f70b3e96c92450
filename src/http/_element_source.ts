/** A stand-in until the element is bundled. */
export const ELEMENT_SOURCE: string = "";
