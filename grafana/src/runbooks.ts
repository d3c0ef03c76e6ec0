/** The variable with the address of an exporter, which serves its runbooks. */
export const EXPORTER_URL = '${exporter_url:raw}';

/** The page that says what an alert means and what to do. */
export function runbookUrl(alert: string): string {
  return `${EXPORTER_URL}/runbooks/${alert}`;
}
