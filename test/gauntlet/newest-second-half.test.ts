import { describeFaultsOn } from './once.ts';

await describeFaultsOn('1.106.0', 'second');
