import { randomUUID } from 'node:crypto';
import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';

/**
 * What the telemetry is about. `OTEL_RESOURCE_ATTRIBUTES` adds to it and replaces, `OTEL_SERVICE_NAME` has
 * the last word on the name (OpenTelemetry resource SDK specification). The detectors of the SDK are not
 * used: they read the environment themselves, and the one for processes tells the command line.
 */
export function createResource(version: string, env: Readonly<Record<string, string | undefined>>): Resource {
  const attributes: Record<string, string> = {
    'service.name': 'litellm-cache-exporter',
    'service.version': version,
    'service.instance.id': randomUUID(),
    ...parseKeyPairsIntoRecord(env.OTEL_RESOURCE_ATTRIBUTES),
  };
  if (env.OTEL_SERVICE_NAME) attributes['service.name'] = env.OTEL_SERVICE_NAME;
  return defaultResource().merge(resourceFromAttributes(attributes));
}
