/**
 * The UTF-16 code unit of `text` at `index`, for loops over all kinds of texts: V8 keeps texts in so many
 * forms that `text.charCodeAt` becomes a property to be looked up for each character, at three times the
 * price.
 */
export const codeAt = Function.prototype.call.bind(String.prototype.charCodeAt) as (
  text: string,
  index: number,
) => number;
