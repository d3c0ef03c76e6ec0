import { describe, expect, it } from 'vitest';
import { createResource } from '../../../src/telemetry/resource.ts';

describe('the resource', () => {
  it('names the service, its version and the process', () => {
    const { attributes } = createResource('1.2.3', {});
    expect(attributes).toMatchObject({
      'service.name': 'litellm-cache-exporter',
      'service.version': '1.2.3',
      'telemetry.sdk.language': 'nodejs',
    });
    expect(attributes['service.instance.id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(attributes['service.instance.id']).not.toBe(createResource('1.2.3', {}).attributes['service.instance.id']);
  });

  it('takes what the environment says, the name from its own variable first', () => {
    const env = {
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,service.instance.id=i,deployment.environment.name=blue%2Cgreen,broken',
      OTEL_SERVICE_NAME: 'b',
    };
    expect(createResource('1.2.3', env).attributes).toMatchObject({
      'service.name': 'b',
      'service.instance.id': 'i',
      'deployment.environment.name': 'blue,green',
    });
    expect(createResource('1', { ...env, OTEL_SERVICE_NAME: '' }).attributes['service.name']).toBe('a');
  });

  it('does not tell the command line, which may hold secrets', () => {
    expect(Object.keys(createResource('1', {}).attributes).filter((name) => name.startsWith('process.'))).toEqual([]);
  });
});
