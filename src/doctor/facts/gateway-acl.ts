/**
 * What the user of a gateway may do in Redis, behind `ACL SETUSER litellm reset on`, with `namespace: litellm`: its
 * cache; rate limits, which LiteLLM before 1.82 and from 1.110 keeps as `{…}:…` outside of the namespace; counters of
 * the router, cooldowns, budgets and spend, which have no namespace in any release. Measured on 1.80.9, 1.104.2,
 * 1.106.0 and 1.110.2 with limits, budgets and routing by usage on: no command is refused.
 */
export const GATEWAY_ACL =
  '~litellm:* ~{*}:* ~*:tpm:* ~*:rpm:* ~deployment:* ~provider_* ~tag_* ~spend:* resetchannels &litellm:* +@all -@admin -@dangerous +info +client|list';
