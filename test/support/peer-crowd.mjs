/**
 * Many clients of a port, which say hello, answer pings, and every other of which sends an event. They
 * leave as they are told to. The bytes of hello, event and pong come on the command line, in hexadecimal.
 */
import { connect } from 'node:net';

const { port, count, hello, event } = JSON.parse(process.argv[2]);
const PING = 8;
const PONG = 9;
const HEADER_BYTES = 12;
const PREFACE_BYTES = 8;
const sockets = [];
let connected = 0;

for (let index = 0; index < count; index++) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: false });
  sockets.push(socket);
  socket.on('error', () => {});
  socket.on('connect', () => {
    socket.write(Buffer.from(hello, 'hex'));
    if (index % 2 === 0) socket.write(Buffer.from(event, 'hex'));
    if (++connected === count) process.send('connected');
  });
  answerPings(socket);
}

function answerPings(socket) {
  let received = Buffer.alloc(0);
  let isPrefaced = false;
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (!isPrefaced && received.length >= PREFACE_BYTES) {
      received = received.subarray(PREFACE_BYTES);
      isPrefaced = true;
    }
    while (isPrefaced && received.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + received.readUInt32BE(0);
      if (received.length < end) return;
      if (received[4] === PING) socket.write(pongTo(received.subarray(HEADER_BYTES, end)));
      received = received.subarray(end);
    }
  });
}

function pongTo(nonce) {
  const pong = Buffer.alloc(HEADER_BYTES + 12);
  pong.writeUInt32BE(12, 0);
  pong[4] = PONG;
  nonce.copy(pong, HEADER_BYTES, 0, 4);
  return pong;
}

process.on('message', (order) => {
  for (const socket of sockets) {
    if (order === 'rst') socket.resetAndDestroy();
    else socket.destroy();
  }
});
