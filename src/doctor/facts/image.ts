/** A container image taken apart: `ghcr.io/berriai/litellm:v1.2.3@sha256:…` has the name `litellm`. */
export interface Image {
  name: string;
  tag: string | undefined;
  pinned: boolean;
}

/** The parts of an image reference. */
export function image(reference: string): Image {
  const [path = '', digest] = reference.split('@');
  const last = path.slice(path.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  return {
    name: (colon === -1 ? last : last.slice(0, colon)).toLowerCase(),
    tag: colon === -1 ? undefined : last.slice(colon + 1),
    pinned: digest !== undefined,
  };
}
