import { contractSuite } from './suite.ts';
import { ipc } from './ipc-transport.ts';
import { websocket } from './websocket-transport.ts';

for (const transport of [websocket, ipc]) contractSuite(transport);
