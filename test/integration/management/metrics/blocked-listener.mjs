// Listens and never accepts: what connects waits in the queue of the kernel, and then is lost.
import { createServer } from 'node:net';
import { writeSync } from 'node:fs';

const server = createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: Number(process.argv[2]) }, () => {
  writeSync(1, `${server.address().port}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
