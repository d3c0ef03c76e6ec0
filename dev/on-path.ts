import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { MissingError } from './missing-error.ts';

/** The path of a program of the PATH. Fails with MissingError, which names the Debian package to install. */
export async function onPath(program: string, debianPackage: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, program);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  throw new MissingError(`There is no ${program} on the PATH. Debian has it: apt-get install ${debianPackage}.`);
}
