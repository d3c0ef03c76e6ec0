import { describeFaultsOn } from './once.ts';

await describeFaultsOn('1.110.2', 'second');
