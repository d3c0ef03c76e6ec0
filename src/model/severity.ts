/** How bad what the doctor finds is, worst first. */
export const SEVERITY = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITY)[number];
