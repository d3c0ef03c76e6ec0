import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}
interface Lock {
  packages: Record<string, { version?: string; integrity?: string; resolved?: string; hasInstallScript?: boolean; link?: boolean }>;
}

function json<T>(path: string): T {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

describe('the packages', () => {
  const manifest = json<Manifest>('package.json');
  const lock = json<Lock>('package-lock.json');
  const locked = Object.entries(lock.packages);

  it('are pinned exactly', () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it('bring a Node for every platform, with integrity, and not into the published package', () => {
    const node = json<Manifest>('tools/node/package.json').optionalDependencies ?? {};
    expect(Object.keys(node)).toHaveLength(5);
    for (const [name, version] of Object.entries(node)) {
      const entry = lock.packages[`node_modules/${name}`];
      expect(entry?.version, name).toBe(version);
      expect(entry?.integrity, name).toMatch(/^sha512-/);
      expect(manifest.dependencies[name]).toBeUndefined();
    }
  });

  it.each([
    '@opentelemetry/api',
    '@opentelemetry/core',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-metrics',
    '@opentelemetry/sdk-trace',
  ])('hold one copy of %s', (name) => {
    expect(locked.filter(([path]) => path.endsWith(`node_modules/${name}`)).length).toBe(1);
  });

  it('run no script when they are installed', () => {
    expect(locked.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path)).toEqual([]);
  });

  it('name no registry', () => {
    expect(locked.filter(([, entry]) => entry.resolved?.includes('://')).map(([path]) => path)).toEqual([]);
  });
});
