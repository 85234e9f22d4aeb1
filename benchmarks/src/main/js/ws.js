// `ws` on Node: its own broadcast example.
const { WebSocket, WebSocketServer } = require('ws');

const perMessageDeflate = process.argv[3] === 'deflate';
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate }, () => {
  console.log('listening ' + server.address().port);
});

server.on('connection', (socket) => {
  socket.on('error', console.error);
  socket.on('message', (data, isBinary) => {
    server.clients.forEach((client) => {
      if (client.readyState === WebSocket.OPEN) {
        client.send(data, { binary: isBinary });
      }
    });
  });
});

process.stdin.on('end', () => process.exit(0)).resume();
