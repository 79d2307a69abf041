/** Label matchers for what is chosen at the top of the dashboard. */
export const CHOSEN = {
  switch: 'switch=~"$switch"',
  group: 'group=~"$group"',
  gateway: 'gateway=~"$gateway"',
} as const;
