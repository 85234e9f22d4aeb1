"""Autobahn on Twisted: its own broadcast example, with prepared messages."""
import sys

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol

try:
    from twisted.internet import epollreactor

    epollreactor.install()
except ImportError:
    pass
from twisted.internet import reactor, stdio
from twisted.internet.protocol import Protocol


class RelayProtocol(WebSocketServerProtocol):
    def onOpen(self):
        self.factory.peers.add(self)

    def onMessage(self, payload, isBinary):
        if not isBinary:
            self.factory.broadcast(payload)

    def connectionLost(self, reason):
        WebSocketServerProtocol.connectionLost(self, reason)
        self.factory.peers.discard(self)


class RelayFactory(WebSocketServerFactory):
    protocol = RelayProtocol

    def __init__(self):
        WebSocketServerFactory.__init__(self)
        self.peers = set()
        self.setProtocolOptions(tcpNoDelay=True)

    def broadcast(self, payload):
        prepared = self.prepareMessage(payload, isBinary=False)
        for peer in self.peers:
            peer.sendPreparedMessage(prepared)


class Control(Protocol):
    def connectionLost(self, reason):
        if reactor.running:
            reactor.stop()


port = reactor.listenTCP(0, RelayFactory(), backlog=1024, interface="127.0.0.1")
stdio.StandardIO(Control())
print("listening %d" % port.getHost().port)
sys.stdout.flush()
reactor.run()
