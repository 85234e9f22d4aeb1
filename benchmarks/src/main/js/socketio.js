// Socket.IO on Node, one of the nodes that share a Redis server through its Redis Streams adapter, as their own guide
// has it; WebSocket is the only transport.
const { createServer } = require('http');
const { Server } = require('socket.io');
const { createClient } = require('redis');
const { createAdapter } = require('@socket.io/redis-streams-adapter');

async function main() {
  const redis = createClient({ url: process.argv[2] });
  redis.on('error', console.error);
  await redis.connect();
  const server = createServer();
  const io = new Server(server, { transports: ['websocket'], serveClient: false, adapter: createAdapter(redis) });
  io.on('connection', (socket) => {
    socket.on('m', (text) => io.emit('m', text));
  });
  server.listen(0, '127.0.0.1', () => console.log('listening ' + server.address().port));
}

main();
process.stdin.on('end', () => process.exit(0)).resume();
