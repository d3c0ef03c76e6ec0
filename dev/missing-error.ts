/** Something that the local stack needs and the machine does not have; the message says what to do. */
export class MissingError extends Error {
  override name = 'MissingError';
}
