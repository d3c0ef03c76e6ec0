import { type Case, referring } from './case.ts';
import { COMPOSE } from './compose.ts';
import { COMPUTED } from './computed-passwords.ts';
import { GAPS } from './gaps.ts';
import { IDENTITY } from './identity.ts';
import { CLUSTER } from './kubernetes.ts';
import { KUBERNETES } from './kubernetes-operators.ts';
import { REACH } from './reach.ts';
import { SERVERS } from './servers.ts';
import { SIDES } from './sides.ts';
import { STARTED } from './started-by-hand.ts';
import { TOPOLOGIES } from './topologies.ts';

/** Setups by what is to be told of them. */
export const SETUPS: readonly Case[] = referring([...IDENTITY, ...GAPS, ...SIDES, ...COMPUTED, ...REACH, ...CLUSTER]);

/** Setups by the platform that they run on. */
export const PLATFORM_SETUPS: readonly Case[] = referring([...SERVERS, ...TOPOLOGIES, ...COMPOSE, ...KUBERNETES, ...STARTED]);
