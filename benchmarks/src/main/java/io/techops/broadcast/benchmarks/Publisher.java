package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What the peers of a load send: many messages of one of them in one write. For the thread of the load. */
final class Publisher {

    private static final int MOST_A_WRITE = 256;

    private final Traffic traffic;
    private final Payloads payloads;
    private final PendingMessages pending;
    private final LoadPeer[] peers;
    private final ByteBuffer outbox;
    private final ByteBuffer ignored;

    /** @param peers of which the first ones publish */
    Publisher(Traffic traffic, Payloads payloads, PendingMessages pending, LoadPeer[] peers) {
        this.traffic = traffic;
        this.payloads = payloads;
        this.pending = pending;
        this.peers = peers;
        outbox = ByteBuffer.allocateDirect(Math.min(traffic.inFlight(), MOST_A_WRITE)
                * payloads.most(traffic.dialect()));
        ignored = payloads.ignored();
    }

    /** Sends as many messages of a peer as are to be under way. {@return how many it sent} */
    int fill(int peer) throws IOException {
        int count = traffic.inFlight() - pending.underWay(peer);
        if (count > 0) {
            send(peer, count, System.nanoTime());
        }
        return count;
    }

    /** Sends messages of a peer, each after those that the server is to ignore. */
    void send(int peer, int count, long due) throws IOException {
        outbox.clear();
        for (int i = 0; i < count; i++) {
            sendIgnored(peers[peer]);
            if (outbox.remaining() < payloads.most(traffic.dialect())) {
                peers[peer].send(outbox.flip());
                outbox.clear();
            }
            payloads.frame(peer, pending.send(peer, due), traffic.dialect(), outbox);
        }
        peers[peer].send(outbox.flip());
    }

    private void sendIgnored(LoadPeer peer) throws IOException {
        for (int i = 0; i < traffic.ignored(); i += Payloads.IGNORED_AT_ONCE) {
            peer.send(ignored.rewind());
        }
    }
}
