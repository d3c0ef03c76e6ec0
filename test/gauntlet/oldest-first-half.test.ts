import { describeFaultsOn } from './once.ts';

await describeFaultsOn('1.80.9', 'first');
